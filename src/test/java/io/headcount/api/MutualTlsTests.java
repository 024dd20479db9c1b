package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;

/** HTTPS on both ports, callers known by certificates that openssl made. */
@Timeout(120)
@ActiveProfiles("tls")
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "HEADCOUNT_TLS_CLIENT_AUTH=want",
      "headcount.security.management-open=false",
      "headcount.defaults.grace=1s",
      "headcount.http.heartbeat=500ms",
      "spring.ssl.bundle.watch.file.quiet-period=200ms"
    })
@DirtiesContext
class MutualTlsTests {
  private static final String OPS = "ops-token-".repeat(4);
  private static final Certificates CERTIFICATES = prepare();
  private static final Path CALLERS = CERTIFICATES.folder().resolve("callers");

  @LocalServerPort private int port;
  @LocalManagementPort private int managementPort;
  @Autowired private OpenStreams streams;

  private static Certificates prepare() {
    try {
      Certificates made = new Certificates(Files.createTempDirectory("headcount-tls"));
      made.authority("ours");
      made.authority("other");
      made.server("server", "ours");
      made.server("next", "other");
      made.client("ann", "/O=build/CN=ann.example.com", "ours");
      made.client("bob", "/CN=bob.example.com", "ours");
      made.client("unknown", "/CN=unknown.example.com", "ours");
      made.client("two-names", "/CN=ann.example.com/CN=bob.example.com", "ours");
      made.client("untrusted", "/CN=ann.example.com", "other");
      made.expired("expired", "/CN=ann.example.com", "ours");
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @DynamicPropertySource
  static void files(DynamicPropertyRegistry settings) {
    write(everyone());
    settings.add("headcount.security.tokens-file", CALLERS::toString);
    settings.add("HEADCOUNT_TLS_CERTIFICATE", () -> CERTIFICATES.certificate("server").toString());
    settings.add("HEADCOUNT_TLS_PRIVATE_KEY", () -> CERTIFICATES.key("server").toString());
    settings.add("HEADCOUNT_TLS_CLIENT_CA", () -> CERTIFICATES.certificate("ours").toString());
  }

  @AfterAll
  static void clear() throws IOException {
    FileSystemUtils.deleteRecursively(CERTIFICATES.folder());
  }

  @AfterEach
  void awaitNoStream() {
    Service.awaitNoStream(streams);
  }

  private static String everyone() {
    return Secured.line("ops", "admin", OPS)
        + "ann runner cert:ann.example.com\nbob runner cert:bob.example.com\n";
  }

  private static void write(String text) {
    Secured.replace(CALLERS, text);
  }

  private static SSLContext tls(@Nullable String certificate) {
    try {
      return CERTIFICATES.context(certificate, "ours", "other");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Client as(@Nullable String certificate) {
    return Client.of(port, tls(certificate));
  }

  @BeforeEach
  void letEverybodyIn() {
    write(everyone());
    awaitStatus(as("ann"), 200);
  }

  private static void awaitStatus(Client client, int status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> client.get("/v1/info").status() == status);
  }

  @Test
  void knowsACallerByItsCertificateAndItsRunsAreItsOwn() {
    var run = as("ann").start("true");
    String path = "/v1/runs/" + Service.id(run);
    assertThat(run.path("owner").asString()).isEqualTo("ann");
    assertThat(as("ann").get(path).status()).isEqualTo(200);
    assertThat(as("bob").get(path).status()).isEqualTo(404);
    assertThat(as(null).with(OPS).get(path).status()).as("tokens go on").isEqualTo(200);
    assertThat(as("bob").with(OPS).get(path).status()).as("a token counts more").isEqualTo(200);
    assertThat(as("bob").with("x".repeat(40)).get(path).status())
        .as("a bad one too")
        .isEqualTo(401);
  }

  @Test
  void letsNobodyInWithoutACertificateThatIsKnown() {
    assertThat(as(null).get("/v1/info").status()).isEqualTo(401);
    assertThat(as(null).get("/v1/info").json().path("detail").asString()).contains("certificate");
    assertThat(as("unknown").get("/v1/info").status()).isEqualTo(401);
    assertThat(as("two-names").get("/v1/info").status()).isEqualTo(401);
    assertThat(as("unknown").get("/problems/unauthenticated").status()).isEqualTo(200);
  }

  /** By curl: Java's client keeps a certificate to itself that the service does not ask for. */
  @Test
  void refusesAConnectionWithACertificateThatIsExpiredOrAnothers() throws Exception {
    assertThat(statusByCurl("ann")).isEqualTo("200");
    assertThat(statusByCurl("untrusted")).as("no answer at all").isEqualTo("000");
    assertThat(statusByCurl("expired")).as("no answer at all").isEqualTo("000");
    assertThat(Client.of(port).get("/v1/info").status()).as("no TLS").isEqualTo(400);
  }

  private String statusByCurl(String certificate) throws IOException {
    Process curl =
        new ProcessBuilder(
                "curl",
                "--silent",
                "--output",
                "/dev/null",
                "--write-out",
                "%{http_code}",
                "--cacert",
                CERTIFICATES.certificate("ours").toString(),
                "--cert",
                CERTIFICATES.certificate(certificate).toString(),
                "--key",
                CERTIFICATES.key(certificate).toString(),
                "https://localhost:" + port + "/v1/info")
            .start();
    return new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Test
  void asksForTheSameOnTheManagementPort() {
    Client nobody = Client.of(managementPort, tls(null));
    assertThat(nobody.get("/actuator/health/liveness").status()).isEqualTo(200);
    assertThat(nobody.get("/actuator/headcount").status()).isEqualTo(401);
    assertThat(Client.of(managementPort, tls("unknown")).get("/actuator/headcount").status())
        .isEqualTo(401);
    assertThat(Client.of(managementPort, tls("ann")).get("/actuator/headcount").status())
        .isEqualTo(200);
  }

  @Test
  void endsTheStreamsOfACallerWhoseNameIsTakenOut() throws Exception {
    String path = "/v1/runs/" + Service.id(as("ann").start("echo ready; exec sleep 1000"));
    Sse events = new Sse(as("ann").open(path + "/events").body());
    Sse others = new Sse(as("bob").open("/v1/events").body());
    try (AttachClient attached =
        AttachClient.open(
            as("ann").http(), "wss://localhost:" + port, path + "/attach?offset=0", true)) {
      events.next("output");
      others.awaitRetry();
      attached.awaitText(1, "ready");
      attached.order("{\"type\":\"signal\",\"signal\":\"SIGCONT\"}");

      write(everyone().replace("ann runner cert:ann.example.com\n", ""));

      assertThat(attached.closeCode()).isEqualTo(1008);
      assertThat(events.rest()).noneMatch(event -> event.name().equals("end"));
      assertThat(as("ann").get(path).status()).isEqualTo(401);
      assertThat(as("bob").get("/v1/info").status()).isEqualTo(200);
      assertThat(streams.clients(StreamKind.EVENTS)).as("another's stays").isEqualTo(1);
    } finally {
      others.close();
    }
    assertThat(as(null).with(OPS).post(path + "/cancel", "{}").status()).isIn(200, 202);
  }

  /** A client that says nothing and leaves is noticed under TLS too. */
  @Test
  void noticesAClientThatHasGone() throws Exception {
    String id = Service.id(as("ann").start("exec sleep 1000"));
    SSLSocket socket = (SSLSocket) tls("ann").getSocketFactory().createSocket("localhost", port);
    String ask = "GET /v1/runs/" + id + "/output?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(ask.getBytes(StandardCharsets.US_ASCII));
    await().until(() -> streams.clients(StreamKind.OUTPUT_FOLLOW) == 1);
    socket.close();
    Service.awaitNoStream(streams);
    as("ann").post("/v1/runs/" + id + "/cancel", "{}");
  }

  @Test
  void takesAnotherCertificateOfItsOwnWithoutARestartAndWithoutAFailure() throws Exception {
    CERTIFICATES.replace("first", "server");
    AtomicBoolean done = new AtomicBoolean();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    try (InputStream stream = as("bob").open("/v1/events").body()) {
      CompletableFuture<Void> load =
          CompletableFuture.runAsync(
              () -> {
                while (!done.get()) {
                  try {
                    Client.Reply reply = as("ann").get("/v1/runs"); // each with a handshake
                    if (reply.status() != 200) {
                      failures.add(reply.text());
                    }
                  } catch (UncheckedIOException e) {
                    failures.add(e.toString());
                  }
                }
              },
              Thread::startVirtualThread);
      String before = issuer(port);
      assertThat(before).isEqualTo("CN=ours");

      CERTIFICATES.replace("server", "next");

      for (int each : new int[] {port, managementPort}) {
        await().atMost(Duration.ofSeconds(20)).until(() -> issuer(each).equals("CN=other"));
      }
      CERTIFICATES.replace("server", "first");
      await().atMost(Duration.ofSeconds(20)).until(() -> issuer(port).equals("CN=ours"));
      done.set(true);
      load.get(30, TimeUnit.SECONDS);
      assertThat(failures).isEmpty();
      assertThat(stream.read()).as("a stream that was open").isPositive();
      assertThat(streams.clients(StreamKind.EVENTS)).isEqualTo(1);
    }
  }

  /** Whose the certificate is that a handshake shows now. */
  private static String issuer(int port) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) tls("ann").getSocketFactory().createSocket("localhost", port)) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getIssuerX500Principal()
          .getName();
    }
  }
}
