using System.Collections.Concurrent;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// Viewers' own lines. Who asks alone is answered at once; who asks while others of the same board are being answered
/// goes with the next call, so that a crowd before one board costs Redis and us a few calls and not one each.
/// </summary>
internal sealed class ViewerLines(RedisBoards redis)
{
    private const int MaxAtOnce = 200;

    /// <summary>Who comes behind so many is told at once that the boards are away.</summary>
    private const int MaxWaiting = 2_000;

    private readonly ConcurrentDictionary<string, Crowd> _crowds = new();

    /// <returns><c>null</c>: is not on the board.</returns>
    /// <exception cref="RedisAwayException">Redis does not answer, or too many wait already.</exception>
    public Task<BoardLine?> ReadAsync(BoardKey board, long athlete, CancellationToken cancellationToken)
    {
        var question = new Question(athlete);
        while (true)
        {
            var crowd = _crowds.GetOrAdd(board.Scores, _ => new Crowd(board));
            if (crowd.TryJoin(question, out var isFirst))
            {
                if (isFirst)
                {
                    _ = AnswerAsync(crowd);
                }

                return question.Answer.WaitAsync(cancellationToken);
            }

            // It has gone; whoever sees it first takes it away.
            _crowds.TryRemove(new(board.Scores, crowd));
        }
    }

    // Ends when nobody waits any more; each call has a bound of its own. Never throws: its faults are the askers'.
    private async Task AnswerAsync(Crowd crowd)
    {
        while (crowd.Next() is { Count: > 0 } questions)
        {
            try
            {
                var lines = await redis.ReadLinesAsync(
                    crowd.Board, questions.ConvertAll(question => question.Athlete), CancellationToken.None);
                for (var i = 0; i < lines.Length; i++)
                {
                    questions[i].SetAnswer(lines[i]);
                }
            }
            catch (Exception fault)
            {
                questions.ForEach(question => question.SetFault(fault));
            }
        }

        _crowds.TryRemove(new(crowd.Board.Scores, crowd));
    }

    /// <summary>Those who ask about one board, while there are any.</summary>
    private sealed class Crowd(BoardKey board)
    {
        private readonly Lock _gate = new();
        private List<Question> _waiting = [];
        private bool _isAnswered;
        private bool _isGone;

        public BoardKey Board => board;

        /// <returns>False: this crowd has gone, there is a new one.</returns>
        public bool TryJoin(Question question, out bool isFirst)
        {
            lock (_gate)
            {
                isFirst = !_isAnswered;
                if (_isGone)
                {
                    return false;
                }

                if (_waiting.Count >= MaxWaiting)
                {
                    throw new RedisAwayException("Too many wait for this board already.");
                }

                _waiting.Add(question);
                _isAnswered = true;
                return true;
            }
        }

        /// <returns>Those to be asked for now; none: the crowd has gone.</returns>
        public List<Question> Next()
        {
            lock (_gate)
            {
                var next = _waiting;
                if (next.Count > MaxAtOnce)
                {
                    next = _waiting[..MaxAtOnce];
                    _waiting.RemoveRange(0, MaxAtOnce);
                }
                else
                {
                    _waiting = [];
                }

                _isGone = next.Count == 0;
                return next;
            }
        }
    }

    private sealed class Question(long athlete)
    {
        // Answered on the thread of the call: the others of the crowd shall not wait for what one does with it.
        private readonly TaskCompletionSource<BoardLine?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Athlete => athlete;

        public Task<BoardLine?> Answer => _answer.Task;

        public void SetAnswer(BoardLine? line) => _answer.TrySetResult(line);

        public void SetFault(Exception fault) => _answer.TrySetException(fault);
    }
}
