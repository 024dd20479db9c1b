package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents point to is there. */
class DocumentsTests {
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+Tests)(?:\\.(\\w+))?`");
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)");

  @Test
  void everyTestThatThePromisesNameExists() throws Exception {
    StringBuilder documents = new StringBuilder();
    for (String name :
        List.of("behaviour", "alerts", "kubernetes", "limits", "meters", "security")) {
      documents.append(Files.readString(Path.of("docs", name + ".md")));
    }
    Matcher named = TEST.matcher(documents);
    int count = 0;
    while (named.find()) {
      count++;
      String method = named.group(2);
      Class<?> type = Class.forName(classNamed(named.group(1)));
      assertThat(
              method == null
                  || Arrays.stream(type.getDeclaredMethods())
                      .anyMatch(m -> m.getName().equals(method)))
          .as(named.group())
          .isTrue();
    }
    assertThat(count).isGreaterThan(50);
  }

  private static String classNamed(String simpleName) throws IOException {
    Path root = Path.of("src/test/java");
    try (Stream<Path> files = Files.walk(root)) {
      Path file =
          files
              .filter(path -> path.getFileName().toString().equals(simpleName + ".java"))
              .findAny()
              .orElseThrow(() -> new AssertionError("there is no test class " + simpleName));
      String name = root.relativize(file).toString().replace('/', '.');
      return name.substring(0, name.length() - ".java".length());
    }
  }

  @Test
  void everyRelativeLinkLeadsToAFile() throws IOException {
    for (String document :
        List.of(
            "README.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "SECURITY.md",
            "docs/adapters.md",
            "docs/alerts.md",
            "docs/api.md",
            "docs/attach.md",
            "docs/behaviour.md",
            "docs/containment.md",
            "docs/kubernetes.md",
            "docs/limits.md",
            "docs/logs-and-traces.md",
            "docs/meters.md",
            "docs/security.md",
            "docs/policy.md",
            "docs/soak.md",
            "docs/streaming.md",
            "docs/RATIONALE.md")) {
      Path folder = Path.of(document).toAbsolutePath().getParent();
      Matcher link = LINK.matcher(Files.readString(Path.of(document)));
      while (link.find()) {
        assertThat(folder.resolve(link.group(1))).as("%s: %s", document, link.group()).exists();
      }
    }
  }
}
