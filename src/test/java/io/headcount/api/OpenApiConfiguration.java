package io.headcount.api;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;

/**
 * Completes the OpenAPI document with what the code says of its answers and of null. Beans for
 * {@link OpenApiDocumentTests} alone, so that no other context may find them by itself.
 */
class OpenApiConfiguration {
  private static final String BEARER = "bearer";
  private static final String MUTUAL_TLS = "mutualTLS";

  @Bean
  OpenAPI headcountOpenApi() {
    return new OpenAPI()
        .components(
            new Components()
                .addSecuritySchemes(
                    BEARER, new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme(BEARER))
                .addSecuritySchemes(
                    MUTUAL_TLS, new SecurityScheme().type(SecurityScheme.Type.MUTUALTLS)))
        .servers(List.of(new Server().url("/")))
        .addSecurityItem(new SecurityRequirement().addList(BEARER))
        .addSecurityItem(new SecurityRequirement().addList(MUTUAL_TLS))
        .addSecurityItem(new SecurityRequirement()) // where nobody is asked who calls
        .info(
            new Info()
                .title("Headcount")
                .version(OpenApiController.VERSION)
                .description(
                    "Runs commands and answers for every process it started. A run outlives every"
                        + " connection: no request, stream or socket owns it.")
                .license(new License().name("Apache-2.0").identifier("Apache-2.0")));
  }

  /** Turns {@link Answers} into responses. */
  @Bean
  OperationCustomizer answers() {
    return (operation, handler) -> {
      Answers answers = handler.getMethodAnnotation(Answers.class);
      if (answers != null) {
        operation.setResponses(responses(operation, answers));
      }
      return operation;
    };
  }

  @Bean
  OpenApiCustomizer schemas() {
    return document -> {
      ModelConverters.getInstance(true)
          .readAll(Problem.class)
          .forEach((name, schema) -> document.getComponents().addSchemas(name, schema));
      document.getComponents().getSchemas().remove("Members"); // they are Problem's own
      NullableSchemas.complete(document.getComponents().getSchemas());
    };
  }

  /** By name, so that the same code gives the same text: reflection has no order. */
  @Bean
  @Order // after the others
  OpenApiCustomizer order() {
    return document -> {
      Paths paths = new Paths();
      paths.putAll(new TreeMap<>(document.getPaths()));
      document.setPaths(paths);
      Components components = document.getComponents();
      components.setSchemas(new TreeMap<>(components.getSchemas()));
    };
  }

  private static ApiResponses responses(Operation operation, Answers answers) {
    Content content = content(operation.getResponses());
    ApiResponses responses = new ApiResponses();
    for (int status : answers.success()) {
      ApiResponse response =
          new ApiResponse().description(HttpStatus.valueOf(status).getReasonPhrase());
      boolean empty = status == 204 || status == 304;
      if (!empty && content != null) {
        response.setContent(content);
      }
      if (status == 201) {
        response.addHeaderObject("Location", header("Path of the run."));
      }
      responses.addApiResponse(String.valueOf(status), response);
    }
    problems(answers)
        .forEach((status, codes) -> {
          ApiResponse response = problem(codes);
          if (status == 429 || status == 503) {
            response.addHeaderObject("Retry-After", header("When to try again, in seconds."));
          }
          responses.addApiResponse(String.valueOf(status), response);
        });
    return responses.addApiResponse("default", problem("Any other problem, see /problems."));
  }

  private static Map<Integer, String> problems(Answers answers) {
    Map<Integer, String> byStatus = new TreeMap<>();
    Stream<ProblemCode> anyCallers =
        Stream.of(ProblemCode.UNAUTHENTICATED, ProblemCode.FORBIDDEN, ProblemCode.RATE_LIMITED);
    Set<ProblemCode> codes =
        Stream.concat(anyCallers, Arrays.stream(answers.problems()))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (ProblemCode code : codes) {
      byStatus.merge(code.status().value(), code.label(), (all, one) -> all + ", " + one);
      if (code == ProblemCode.START_FAILED || code == ProblemCode.TOO_MANY_STREAMS) {
        // for want of resources
        byStatus.merge(503, code.label(), (all, one) -> all + ", " + one);
      }
    }
    return byStatus;
  }

  private static ApiResponse problem(String description) {
    return new ApiResponse()
        .description(description)
        .content(
            new Content()
                .addMediaType(
                    "application/problem+json",
                    new MediaType().schema(new Schema<>().$ref("#/components/schemas/Problem"))));
  }

  private static Header header(String description) {
    return new Header().description(description).schema(string());
  }

  private static Schema<?> string() {
    Schema<?> schema = new Schema<>();
    schema.addType("string");
    return schema;
  }

  private static @Nullable Content content(@Nullable ApiResponses generated) {
    ApiResponse ok = generated == null ? null : generated.get("200");
    return ok == null ? null : ok.getContent();
  }
}
