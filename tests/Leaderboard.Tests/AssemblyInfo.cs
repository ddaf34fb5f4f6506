// Fixtures with worlds of their own mostly wait: for leases to run out, for what travels, for processes to start. Those that
// break the Redis that all share run alone.
[assembly: LevelOfParallelism(4)]
