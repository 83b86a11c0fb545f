using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;

namespace Dispatch.Data;

/// <summary>
/// An <c>ExecuteUpdate</c> that EF translates once, like a SELECT in <see cref="CompiledQuery{TQuery}"/>. EF compiles only complete
/// expressions, but the setters are a delegate. So the update runs once on a <see cref="Recorder"/>, which records the expression that EF
/// would get; then the arguments' properties, at most 15, become its parameters.
/// </summary>
/// <param name="update">
/// Executes the update with <c>ExecuteUpdateAsync</c>. A captured variable, or an argument read outside of an expression, would keep its
/// value of the first call, so the first call refuses it; write <c>SetProperty(row => row.At, _ => arguments.At)</c>.
/// </param>
internal sealed class CompiledUpdate<TRow, TArguments>(Func<IQueryable<TRow>, DispatchDbContext, TArguments, Task<int>> update)
    where TRow : class
    where TArguments : class
{
    private readonly ConditionalWeakTable<IModel, Func<DispatchDbContext, TArguments, Task<int>>> byModel = [];

    public Task<int> ExecuteAsync(DispatchDbContext db, TArguments arguments) =>
        byModel.GetValue(db.Model, _ => Compile(db, arguments))(db, arguments);

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
            throw new InvalidOperationException(
                $"{typeof(TArguments).Name}.{lost.Name} stands in no expression of the statement, "
                + "which would always be about the first one.");
        }

        // CompileAsyncQuery has an overload for each number of parameters, and its result takes them one by one.
        Type[] types = [typeof(DispatchDbContext), .. parameters.Select(parameter => parameter.Type)];
        var compiled = (Delegate)CompileAsyncQuery(parameters.Length).MakeGenericMethod([.. types, typeof(int)])
            .Invoke(null, [Expression.Lambda(Expression.GetFuncType([.. types, typeof(int)]), body, [context, .. parameters])])!;
        var given = Expression.Parameter(typeof(TArguments));
        return Expression.Lambda<Func<DispatchDbContext, TArguments, Task<int>>>(
            Expression.Invoke(
                Expression.Constant(compiled),
                [context, .. properties.Select(property => Expression.Property(given, property))]),
            context,
            given).Compile();
    }

    // The overload with this many parameters whose query returns a value, not rows, and takes no CancellationToken.
    private static MethodInfo CompileAsyncQuery(int parameters) => typeof(EF).GetMethods().Single(method =>
        method.Name == nameof(EF.CompileAsyncQuery) && method.GetGenericArguments() is var types && types.Length == parameters + 2
        && method.GetParameters()[0].ParameterType.GenericTypeArguments[0].GenericTypeArguments.SequenceEqual(types));

    /// <summary>Puts parameters where the expression reads the arguments or the context from a closure.</summary>
    private sealed class Parameterizer(
        DispatchDbContext db,
        ParameterExpression context,
        TArguments arguments,
        ParameterExpression[] parameters) : ExpressionVisitor
    {
        public HashSet<ParameterExpression> Found { get; } = [];

        protected override Expression VisitExtension(Expression node) =>
            node is EntityQueryRootExpression root
                ? Expression.Call(context, nameof(DbContext.Set), [root.ElementType])
                : base.VisitExtension(node);

        protected override Expression VisitMember(MemberExpression node)
        {
            if (Captured(node) is { } variable && ReferenceEquals(variable, db)) return context;
            if (node.Expression is MemberExpression outer && ReferenceEquals(Captured(outer), arguments))
            {
                var parameter = parameters.Single(parameter => parameter.Name == node.Member.Name);
                Found.Add(parameter);
                return parameter;
            }

            // Any other variable would keep its value of the first call. A transition may, because it is a constant of the state machine.
            if (Captured(node) is { } other and not Transition)
            {
                throw new InvalidOperationException(
                    $"{node.Member.Name} ({other.GetType().Name}) is not one of the statement's arguments.");
            }

            return base.VisitMember(node);
        }

        private static object? Captured(MemberExpression node) =>
            node is { Expression: ConstantExpression { Value: { } closure }, Member: FieldInfo field }
            && closure.GetType().IsDefined(typeof(CompilerGeneratedAttribute))
                ? field.GetValue(closure)
                : null;
    }

    /// <summary>Takes the place of EF's provider and records the expression that it should execute.</summary>
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
