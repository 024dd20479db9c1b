package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The clients of the documentation, over connections that are lost; needs python3 and node. */
@Timeout(120)
class ClientsTests extends Service {
  private static final int CUTS = 4;

  /** Passes connections on, and cuts the first few at a random byte of the answer. */
  private static final class Proxy implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger connections = new AtomicInteger();
    private final Random random = new Random(11);
    private final int target;

    Proxy(int target) throws IOException {
      this.target = target;
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return socket.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          Socket client = socket.accept();
          boolean whole = connections.incrementAndGet() > CUTS;
          long bytes = whole ? Long.MAX_VALUE : 1 + random.nextInt(150_000);
          Thread.ofVirtual().start(() -> pass(client, bytes));
        }
      } catch (IOException e) {
        // closed: the test is over
      }
    }

    private void pass(Socket client, long bytes) {
      try (client;
          Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
        Thread.ofVirtual().start(() -> copy(client, server, Long.MAX_VALUE));
        copy(server, client, bytes);
      } catch (IOException e) {
        // the service has gone
      }
    }

    private static void copy(Socket from, Socket to, long most) {
      byte[] block = new byte[8192];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        long left = most;
        int read = in.read(block);
        while (read > 0 && left > 0) {
          out.write(block, 0, (int) Math.min(read, left));
          left -= read;
          read = left > 0 ? in.read(block) : -1;
        }
      } catch (IOException e) {
        // one side has gone
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"follow.py", "follow.mjs", "Follow.java"})
  void hasWhatTheChildWroteThoughConnectionsAreLost(String client, @TempDir Path folder)
      throws Exception {
    Random random = new Random(5);
    byte[] bytes = new byte[300_000];
    random.nextBytes(bytes);
    Files.write(folder.resolve("err"), bytes);
    Files.writeString(folder.resolve("out"), "猫😀 und\n".repeat(40_000));
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"cat out & cat err >&2; wait; printf '\\\\347'; exit 3\", \"cwd\": %s}"
                        .formatted(Client.quoted(folder.toString())))
                .json());
    Path file = Path.of("docs", "clients", client).toAbsolutePath();
    String program =
        switch (client.substring(client.lastIndexOf('.'))) {
          case ".py" -> "python3";
          case ".mjs" -> "node";
          default -> Path.of(System.getProperty("java.home"), "bin", "java").toString();
        };
    try (Proxy proxy = new Proxy(port())) {
      Process process =
          new ProcessBuilder(program, file.toString(), "http://127.0.0.1:" + proxy.port(), id)
              .redirectOutput(folder.resolve("got-out").toFile())
              .redirectError(folder.resolve("got-err").toFile())
              .start();
      try {
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
      } finally {
        process.destroyForcibly();
      }
      assertThat(process.exitValue())
          .as(
              Files.readString(
                      folder.resolve("got-err"), java.nio.charset.StandardCharsets.ISO_8859_1)
                  .lines()
                  .findFirst()
                  .orElse(""))
          .isEqualTo(3);
      assertThat(proxy.connections.get()).isEqualTo(CUTS + 1);
    }
    byte[] out = Files.readAllBytes(folder.resolve("out"));
    byte[] whole = java.util.Arrays.copyOf(out, out.length + 1);
    whole[out.length] = (byte) 0xE7;
    assertThat(Files.readAllBytes(folder.resolve("got-out"))).isEqualTo(whole);
    assertThat(Files.readAllBytes(folder.resolve("got-err"))).isEqualTo(bytes);
  }

  @Test
  void areAtMost50Lines() throws IOException {
    try (var files = Files.list(Path.of("docs", "clients"))) {
      for (Path file : files.toList()) {
        assertThat(Files.readAllLines(file)).as("%s", file).hasSizeLessThan(56);
      }
    }
  }
}
