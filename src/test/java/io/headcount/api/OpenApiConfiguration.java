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
        boolean waits = handler.hasMethodAnnotation(Prefers.class);
        operation.setResponses(responses(operation, answers, waits));
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

  private static ApiResponses responses(Operation operation, Answers answers, boolean waits) {
    Content content = content(operation.getResponses());
    ApiResponses responses = new ApiResponses();
    boolean starts = Arrays.stream(answers.success()).anyMatch(status -> status == 201);
    for (int status : answers.success()) {
      ApiResponse response =
          new ApiResponse().description(HttpStatus.valueOf(status).getReasonPhrase());
      boolean empty = status == 204 || status == 304;
      if (!empty && content != null) {
        response.setContent(content);
      }
      if (starts) {
        response.addHeaderObject("Location", header("Path of the run that was started."));
      }
      if (waits && status != 201) { // who asked for a wait gets another status
        response.addHeaderObject("Preference-Applied", preference());
      }
      responses.addApiResponse(String.valueOf(status), response);
    }
    problems(answers, content != null)
        .forEach((status, codes) -> {
          ApiResponse response = problem(codes);
          if (status == 401) {
            response.addHeaderObject(
                "WWW-Authenticate", header("Bearer, and whether a token was bad."));
          }
          if (status == 406) {
            response.addHeaderObject("Accept", header("The media types there are."));
          }
          if (status == 415) {
            response.addHeaderObject("Accept", header("The media types that are taken."));
          }
          if (status == 429 || status == 503) {
            response.addHeaderObject("Retry-After", header("When to try again, in seconds."));
          }
          if (waits && codes.contains(ProblemCode.START_FAILED.label())) {
            response.addHeaderObject("Preference-Applied", preference());
          }
          responses.addApiResponse(String.valueOf(status), response);
        });
    for (Answers.Sent sent : answers.headers()) {
      for (int status : sent.with()) {
        responses
            .get(String.valueOf(status))
            .addHeaderObject(sent.name(), header(sent.description(), sent.type()));
      }
    }
    return responses.addApiResponse("default", problem("Any other problem, see /problems."));
  }

  private static Map<Integer, String> problems(Answers answers, boolean hasBody) {
    Map<Integer, String> byStatus = new TreeMap<>();
    Set<ProblemCode> codes =
        new LinkedHashSet<>(
            List.of(ProblemCode.UNAUTHENTICATED, ProblemCode.FORBIDDEN, ProblemCode.RATE_LIMITED));
    if (hasBody) {
      codes.add(ProblemCode.NOT_ACCEPTABLE);
    }
    codes.addAll(List.of(answers.problems()));
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

  private static Header preference() {
    return header("The wait that was asked for, or the longest there is.");
  }

  private static Header header(String description) {
    return header(description, "string");
  }

  private static Header header(String description, String type) {
    Schema<?> schema = new Schema<>();
    schema.addType(type);
    return new Header().description(description).schema(schema);
  }

  private static @Nullable Content content(@Nullable ApiResponses generated) {
    ApiResponse ok = generated == null ? null : generated.get("200");
    return ok == null ? null : ok.getContent();
  }
}
