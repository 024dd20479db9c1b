package io.headcount.api;

import static org.awaitility.Awaitility.await;

import io.headcount.supervisor.ProcessSupervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The whole service with a file of tokens; one for all classes that extend it. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "headcount.defaults.grace=1s",
      "headcount.http.heartbeat=500ms",
      "headcount.security.hosts=runs.example.com",
      "headcount.attach.allowed-origins=https://console.example.com"
    })
abstract class Secured {
  static final String OPS = "ops-token-".repeat(4);
  static final String SEES = "sees-token-".repeat(4);
  static final String ANN = "ann-token-".repeat(4);
  static final String BOB = "bob-token-".repeat(4);

  private static final Path FILE = file();

  @LocalServerPort private int port;
  @LocalManagementPort private int managementPort;
  @Autowired ProcessSupervisor supervisor;
  @Autowired OpenStreams streams;

  Client nobody;
  Client ops;
  Client sees;
  Client ann;
  Client bob;
  Client management;

  @DynamicPropertySource
  static void tokens(DynamicPropertyRegistry registry) {
    write(everyone());
    registry.add("headcount.security.tokens-file", FILE::toString);
  }

  @BeforeEach
  void connect() {
    write(everyone());
    nobody = Client.of(port);
    ops = nobody.with(OPS);
    sees = nobody.with(SEES);
    ann = nobody.with(ANN);
    bob = nobody.with(BOB);
    management = Client.of(managementPort);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          for (Client client : new Client[] {ops, sees, ann, bob}) {
            org.assertj.core.api.Assertions.assertThat(client.get("/v1/info").status())
                .isEqualTo(200);
          }
        });
  }

  @AfterEach
  void endEverything() throws Exception {
    Service.endAll(supervisor);
    Service.awaitNoStream(streams);
  }

  /** Somebody of a role. */
  Client as(String role) {
    return switch (role) {
      case "admin" -> ops;
      case "runner" -> ann;
      case "viewer" -> sees;
      default -> throw new IllegalArgumentException(role);
    };
  }

  int port() {
    return port;
  }

  int managementPort() {
    return managementPort;
  }

  static String everyone() {
    return line("ops", "admin", OPS)
        + line("sees", "viewer", SEES)
        + line("ann", "runner", ANN)
        + line("bob", "runner", BOB);
  }

  static String line(String name, String role, String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return "%s %s sha256:%s\n".formatted(name, role, HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static void write(String text) {
    replace(FILE, text);
  }

  /** Replaces a file as one should: whole. */
  static void replace(Path file, String text) {
    try {
      Path next = Files.writeString(file.resolveSibling("next"), text);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file() {
    try {
      Path folder = Files.createTempDirectory("headcount-tokens");
      folder.toFile().deleteOnExit();
      Path file = folder.resolve("tokens");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String sleeping(Client client) {
    return Service.id(client.start("echo ready; exec sleep 1000"));
  }
}
