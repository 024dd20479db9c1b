package io.headcount.api;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The OpenAPI document, which {@code make openapi} writes, and the way to the page that shows it.
 */
@Hidden
@RestController
class OpenApiController {
  /** Stands in the files for the service's version. */
  static final String VERSION = "@version@";

  private final String version;

  OpenApiController(ApiSettings settings) {
    version = settings.version();
  }

  @GetMapping(path = "/v3/api-docs", produces = MediaType.APPLICATION_JSON_VALUE)
  byte[] json() throws IOException {
    return document("openapi.json");
  }

  @GetMapping(path = "/v3/api-docs.yaml", produces = "application/vnd.oai.openapi")
  byte[] yaml() throws IOException {
    return document("openapi.yaml");
  }

  /** Read each time: few ask, and it need not be held for them. */
  private byte[] document(String file) throws IOException {
    return new ClassPathResource(file)
        .getContentAsString(StandardCharsets.UTF_8)
        .replace(VERSION, version)
        .getBytes(StandardCharsets.UTF_8);
  }

  @GetMapping("/swagger-ui")
  ResponseEntity<Void> page() {
    return ResponseEntity.status(HttpStatus.FOUND)
        .location(URI.create("/swagger-ui/index.html"))
        .build();
  }
}
