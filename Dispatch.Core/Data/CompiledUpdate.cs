using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;

namespace Dispatch.Data;

/// <summary>
/// An <c>ExecuteUpdate</c> that EF translates once, as <see cref="CompiledQuery{TQuery}"/> does for a SELECT. EF itself compiles only what is an expression as a whole, and the
/// setters are a delegate. So the update is carried out once on a <see cref="Recorder"/>, which takes down what EF would have been given; then the
/// arguments' properties become the parameters of that.
/// </summary>
/// <typeparam name="TRow">The row of the table.</typeparam>
/// <typeparam name="TArguments">Whatever changes from call to call, as properties. At most 15.</typeparam>
/// <param name="update">
/// Carries the update out on the rows, with <c>ExecuteUpdateAsync</c>. What is no argument, or is read outside of an expression, would stay what it was at the first call, so it is refused
/// there; write <c>SetProperty(row => row.At, _ => arguments.At)</c>.
/// </param>
internal sealed class CompiledUpdate<TRow, TArguments>(Func<IQueryable<TRow>, DispatchDbContext, TArguments, Task<int>> update)
    where TRow : class
    where TArguments : class
{
    private readonly ConditionalWeakTable<IModel, Func<DispatchDbContext, TArguments, Task<int>>> byModel = [];

    /// <summary>Returns how many rows changed.</summary>
    public Task<int> ExecuteAsync(DispatchDbContext db, TArguments arguments) => byModel.GetValue(db.Model, _ => Compile(db, arguments))(db, arguments);

    private Func<DispatchDbContext, TArguments, Task<int>> Compile(DispatchDbContext db, TArguments arguments)
    {
        var recorder = new Recorder();
        _ = update(recorder.CreateQuery<TRow>(db.Set<TRow>().AsQueryable().Expression), db, arguments);

        var properties = typeof(TArguments).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        var context = Expression.Parameter(typeof(DispatchDbContext), "db");
        ParameterExpression[] parameters = [.. properties.Select(property => Expression.Parameter(property.PropertyType, property.Name))];
        var parameterizer = new Parameterizer(db, context, arguments, parameters);
        var body = parameterizer.Visit(recorder.Recorded!);
        if (parameters.FirstOrDefault(parameter => !parameterizer.Found.Contains(parameter)) is { } lost)
        {
            throw new InvalidOperationException($"{typeof(TArguments).Name}.{lost.Name} stands in no expression of the statement, which would always be about the first one.");
        }

        // CompileAsyncQuery has an overload for each number of parameters; what it returns takes them one by one.
        Type[] types = [typeof(DispatchDbContext), .. parameters.Select(parameter => parameter.Type)];
        var compiled = (Delegate)CompileAsyncQuery(parameters.Length).MakeGenericMethod([.. types, typeof(int)])
            .Invoke(null, [Expression.Lambda(Expression.GetFuncType([.. types, typeof(int)]), body, [context, .. parameters])])!;
        var given = Expression.Parameter(typeof(TArguments));
        return Expression.Lambda<Func<DispatchDbContext, TArguments, Task<int>>>(
            Expression.Invoke(Expression.Constant(compiled), [context, .. properties.Select(property => Expression.Property(given, property))]), context, given).Compile();
    }

    // Of the overloads with as many parameters the one whose query returns a value, not rows, and takes no CancellationToken beside them.
    private static MethodInfo CompileAsyncQuery(int parameters) => typeof(EF).GetMethods().Single(method =>
        method.Name == nameof(EF.CompileAsyncQuery) && method.GetGenericArguments() is var types && types.Length == parameters + 2
        && method.GetParameters()[0].ParameterType.GenericTypeArguments[0].GenericTypeArguments.SequenceEqual(types));

    /// <summary>Puts parameters where the expression reads the arguments or the context from a closure.</summary>
    private sealed class Parameterizer(DispatchDbContext db, ParameterExpression context, TArguments arguments, ParameterExpression[] parameters) : ExpressionVisitor
    {
        public HashSet<ParameterExpression> Found { get; } = [];

        protected override Expression VisitExtension(Expression node) =>
            node is EntityQueryRootExpression root ? Expression.Call(context, nameof(DbContext.Set), [root.ElementType]) : base.VisitExtension(node);

        protected override Expression VisitMember(MemberExpression node)
        {
            if (Captured(node) is { } variable && ReferenceEquals(variable, db)) return context;
            if (node.Expression is MemberExpression outer && ReferenceEquals(Captured(outer), arguments))
            {
                var parameter = parameters.Single(parameter => parameter.Name == node.Member.Name);
                Found.Add(parameter);
                return parameter;
            }

            // Anything else would stay for ever what it was at the first call. A transition may: it is a constant of the state machine.
            if (Captured(node) is { } other and not Transition) throw new InvalidOperationException($"{node.Member.Name} ({other.GetType().Name}) is not one of the statement's arguments.");
            return base.VisitMember(node);
        }

        private static object? Captured(MemberExpression node) =>
            node is { Expression: ConstantExpression { Value: { } closure }, Member: FieldInfo field } && closure.GetType().IsDefined(typeof(CompilerGeneratedAttribute)) ? field.GetValue(closure) : null;
    }

    /// <summary>Stands where EF's provider would, and takes down what it is asked to carry out.</summary>
    private sealed class Recorder : IAsyncQueryProvider
    {
        public Expression? Recorded { get; private set; }

        public IQueryable<TElement> CreateQuery<TElement>(Expression expression) => new Query<TElement>(this, expression);

        public IQueryable CreateQuery(Expression expression) => throw new NotSupportedException();

        public object Execute(Expression expression) => throw new NotSupportedException();

        public TResult Execute<TResult>(Expression expression) => throw new NotSupportedException();

        public TResult ExecuteAsync<TResult>(Expression expression, CancellationToken cancellationToken = default)
        {
            Recorded = expression;
            return (TResult)(object)Task.FromResult(0);
        }
    }

    private sealed class Query<TElement>(Recorder recorder, Expression expression) : IQueryable<TElement>
    {
        public Type ElementType => typeof(TElement);

        public Expression Expression => expression;

        public IQueryProvider Provider => recorder;

        public IEnumerator<TElement> GetEnumerator() => throw new NotSupportedException();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw new NotSupportedException();
    }
}
