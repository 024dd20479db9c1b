package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** The OpenAPI document in the jar is what the code says; {@code make openapi} writes it so. */
@Import(OpenApiConfiguration.class)
@TestPropertySource(
    properties = {
      "springdoc.api-docs.enabled=true",
      "springdoc.api-docs.path=/generated",
      "springdoc.api-docs.version=openapi_3_1",
      "springdoc.packages-to-scan=io.headcount.api",
      // The document's media types are those that the operations name.
      "springdoc.default-produces-media-type=application/json",
      "springdoc.override-with-generic-response=false",
      "springdoc.writer-with-default-pretty-printer=true"
    })
class OpenApiDocumentTests extends Service {

  @ParameterizedTest
  @CsvSource({"/generated, openapi.json", "/generated.yaml, openapi.yaml"})
  void isWhatTheCodeSays(String path, String name) throws IOException {
    Client.Reply made = api.get(path);
    assertThat(made.status()).isEqualTo(200);
    List<String> said = made.text().lines().toList();
    Path file = Path.of("src/main/resources", name);
    if (System.getProperty("headcount.openapi", "").equals("write")) {
      Files.write(file, said);
    }
    List<String> written = Files.readAllLines(file);
    long same =
        IntStream.range(0, Math.min(said.size(), written.size()))
            .takeWhile(line -> said.get(line).equals(written.get(line)))
            .count();
    assertThat(written.equals(said))
        .withFailMessage(
            "%s is not what the code says, from line %d on: run `make openapi`, and commit the file",
            file, same + 1)
        .isTrue();
  }
}
