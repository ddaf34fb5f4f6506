using System.Collections.Concurrent;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// Many small questions as a few calls. Who asks alone is answered at once; who asks while others of the same place are
/// being answered goes with the next call, so that a crowd costs what is behind us, and us, a few calls and not one
/// each.
/// </summary>
/// <param name="ask">The answers in the order of the questions; each call has a bound of its own.</param>
/// <param name="tooMany">What they are told who come behind too many.</param>
internal sealed class Crowds<TPlace, TQuestion, TAnswer>(
    Func<TPlace, List<TQuestion>, Task<IReadOnlyList<TAnswer>>> ask, Func<Exception> tooMany)
    where TPlace : notnull
{
    private const int MaxAtOnce = 200;
    private const int MaxWaiting = 2_000;

    private readonly ConcurrentDictionary<TPlace, Crowd> _crowds = new();

    public Task<TAnswer> AskAsync(TPlace place, TQuestion about, CancellationToken cancellationToken)
    {
        var question = new Question(about);
        while (true)
        {
            var crowd = _crowds.GetOrAdd(place, static _ => new Crowd());
            switch (crowd.Join(question))
            {
                case Joined.Gone:
                    // Whoever sees it first takes it away.
                    _crowds.TryRemove(new(place, crowd));
                    continue;
                case Joined.TooMany:
                    throw tooMany();
                case Joined.First:
                    _ = AnswerAsync(place, crowd);
                    break;
                default:
                    break;
            }

            return question.Answer.WaitAsync(cancellationToken);
        }
    }

    // Ends when nobody waits any more. Never throws: its faults are the askers'.
    private async Task AnswerAsync(TPlace place, Crowd crowd)
    {
        while (crowd.Next() is { Count: > 0 } questions)
        {
            try
            {
                var answers = await ask(place, questions.ConvertAll(question => question.About));
                for (var i = 0; i < questions.Count; i++)
                {
                    questions[i].SetAnswer(answers[i]);
                }
            }
            catch (Exception fault)
            {
                questions.ForEach(question => question.SetFault(fault));
            }
        }

        _crowds.TryRemove(new(place, crowd));
    }

    private enum Joined
    {
        First,
        Behind,
        TooMany,
        Gone,
    }

    /// <summary>Those who ask at one place, while there are any.</summary>
    private sealed class Crowd
    {
        private readonly Lock _gate = new();
        private List<Question> _waiting = [];
        private bool _isAnswered;
        private bool _isGone;

        public Joined Join(Question question)
        {
            lock (_gate)
            {
                if (_isGone)
                {
                    return Joined.Gone;
                }

                if (_waiting.Count >= MaxWaiting)
                {
                    return Joined.TooMany;
                }

                _waiting.Add(question);
                var isFirst = !_isAnswered;
                _isAnswered = true;
                return isFirst ? Joined.First : Joined.Behind;
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

    private sealed class Question(TQuestion about)
    {
        // Answered on the thread of the call: the others of the crowd shall not wait for what one does with it.
        private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TQuestion About => about;

        public Task<TAnswer> Answer => _answer.Task;

        public void SetAnswer(TAnswer answer) => _answer.TrySetResult(answer);

        public void SetFault(Exception fault) => _answer.TrySetException(fault);
    }
}
