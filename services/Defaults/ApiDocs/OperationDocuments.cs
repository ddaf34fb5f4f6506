using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Strava.ServiceDefaults.ApiDocs;

/// <summary>
/// Adds to each operation what follows from its handler: refusals, conditional headers, paging, examples, the token.
/// </summary>
internal sealed class OperationDocuments : IOpenApiOperationTransformer
{
    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var handler = metadata.OfType<MethodInfo>().FirstOrDefault();
        if (metadata.OfType<BodyShape>().FirstOrDefault() is { } shape)
        {
            var schema = await context.GetOrCreateSchemaAsync(shape.Type, cancellationToken: cancellationToken);
            foreach (var field in schema.Properties!.Values.OfType<OpenApiSchema>())
            {
                // A form has no null: what is not meant is left out.
                field.Type &= ~JsonSchemaType.Null;
            }

            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [shape.MediaType] = new OpenApiMediaType { Schema = schema },
                },
            };
        }

        AddExamples(operation, metadata.OfType<BodyExample>());
        AddPaging(operation, handler);
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        int[] own = [.. metadata.OfType<RefusalStatuses>().SelectMany(refusals => refusals.Statuses)];
        if (handler is not null && Answers(handler).Contains(typeof(StatusCodeHttpResult)))
        {
            // The only bare status that handlers answer with.
            operation.Responses!["304"] = new OpenApiResponse { Description = "You have just this." };
            AddHeader(operation, "If-None-Match", "The ETag of what you have.");
            AnswerHeader(operation, "200", "ETag", "Names this version; absent while it changes by itself.");
        }

        AnswerHeader(operation, "201", "Location", "Where it is now.");

        if (own.Contains(412))
        {
            AddHeader(operation, "If-Match", "The ETag that you have read: change it only if it is still so.");
        }

        var common = Common(operation, isOpen).ToList();
        if (!isOpen && context.Description.HttpMethod is "POST" or "PUT" or "PATCH" or "DELETE")
        {
            AddHeader(operation, "Idempotency-Key", "Yours: the same key and body give the same answer, once done.");
            common.AddRange([400, 422]);
        }

        foreach (var status in own.Concat(common).Distinct().Order())
        {
            operation.Responses!.TryAdd(Refusals.TextOf(status), Refusals.Of(status, context.Document!));
        }

        operation.Security = isOpen
            ? []
            : [new() { [new OpenApiSecuritySchemeReference(WholeDocument.Bearer, context.Document)] = [] }];
    }

    private static IEnumerable<int> Common(OpenApiOperation operation, bool isOpen)
    {
        if (operation.RequestBody is not null)
        {
            yield return 413;
            yield return 415;
        }

        // A path that does not match is 404; what a query or a body holds can be unreadable.
        if (operation.RequestBody is not null
            || operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Query) == true)
        {
            yield return 400;
        }

        if (!isOpen)
        {
            yield return 401;
        }

        yield return 429;
        yield return 503;
    }

    private static void AddExamples(OpenApiOperation operation, IEnumerable<BodyExample> examples)
    {
        foreach (var example in examples)
        {
            if (operation.RequestBody?.Content?[example.MediaType] is { } content)
            {
                content.Examples ??= new Dictionary<string, IOpenApiExample>();
                content.Examples[example.Name] = new OpenApiExample { Value = JsonNode.Parse(example.Json) };
            }
        }
    }

    /// <summary>Binds by itself, so that the framework cannot see its members.</summary>
    private static void AddPaging(OpenApiOperation operation, MethodInfo? handler)
    {
        if (handler?.GetParameters().Any(parameter => parameter.ParameterType == typeof(Paging)) == true)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(Number("page", "Page, from 1.", 1, Paging.MaxPage));
            operation.Parameters.Add(
                Number("pageSize", "Lines of a page.", Paging.DefaultPageSize, Paging.MaxPageSize));
            AnswerHeader(operation, "200", "Link", "Leads to the next page, rel=\"next\"; absent on the last one.");
        }
    }

    private static OpenApiParameter Number(string name, string description, int otherwise, int max) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Description = description,
        Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Minimum = "1",
            Maximum = Refusals.TextOf(max),
            Default = otherwise,
        },
    };

    private static void AddHeader(OpenApiOperation operation, string name, string description)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }

    private static void AnswerHeader(OpenApiOperation operation, string status, string name, string description)
    {
        if (operation.Responses!.GetValueOrDefault(status) is OpenApiResponse answer)
        {
            answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
            answer.Headers[name] = new OpenApiHeader
            {
                Description = description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }
    }

    /// <summary>The members of Results&lt;...&gt;, or the one result.</summary>
    private static Type[] Answers(MethodInfo handler)
    {
        var answer = handler.ReturnType;
        if (answer.IsGenericType && answer.GetGenericTypeDefinition() == typeof(Task<>))
        {
            answer = answer.GetGenericArguments()[0];
        }

        return answer.IsGenericType && answer.Name.StartsWith("Results`", StringComparison.Ordinal)
            ? answer.GetGenericArguments()
            : [answer];
    }
}
