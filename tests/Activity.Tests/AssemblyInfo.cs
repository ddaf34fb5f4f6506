// Fixtures with servers' databases of their own mostly wait: for leases to run out, for processes to start.
[assembly: LevelOfParallelism(4)]
