package io.headcount.api;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of the WebSocket, as a stranger would write it. Acknowledges all it gets, if told to.
 */
public final class AttachClient implements WebSocket.Listener, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final boolean acknowledging;
  private final List<ByteArrayOutputStream> channels =
      List.of(
          new ByteArrayOutputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());
  private final ByteArrayOutputStream all = new ByteArrayOutputStream();
  private final List<JsonNode> texts = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private CompletableFuture<WebSocket> sent = CompletableFuture.completedFuture(null);
  private volatile long closedNanos;
  final AtomicInteger pings = new AtomicInteger();
  private int channel = -1;
  private long offset;
  private WebSocket socket;

  private AttachClient(boolean acknowledging) {
    this.acknowledging = acknowledging;
  }

  public static AttachClient open(int port, String path) {
    return open(port, path, true);
  }

  static AttachClient open(int port, String path, boolean acknowledging, String... headers) {
    return open(HTTP, "ws://127.0.0.1:" + port, path, acknowledging, headers);
  }

  static AttachClient open(
      HttpClient http, String base, String path, boolean acknowledging, String... headers) {
    AttachClient client = new AttachClient(acknowledging);
    WebSocket.Builder builder = http.newWebSocketBuilder().subprotocols("headcount.v1");
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    client.socket = builder.buildAsync(URI.create(base + path), client).join();
    return client;
  }

  /** The status of a handshake that is refused. */
  static int refusal(int port, String path, String... headers) {
    try (AttachClient client = open(port, path, true, headers)) {
      throw new AssertionError("was let in: " + client.texts());
    } catch (CompletionException e) {
      return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    }
  }

  @Override
  public synchronized CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    if (channel < 0 && data.hasRemaining()) {
      channel = data.get();
    }
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    channels.get(channel).writeBytes(bytes);
    all.writeBytes(bytes);
    offset += bytes.length;
    if (last) {
      channel = -1;
    }
    CompletionStage<?> acknowledged = null;
    if (last && acknowledging) {
      String ack = "{\"type\":\"ack\",\"offset\":" + offset + "}";
      acknowledged = afterOthers(() -> from.sendText(ack, true));
    }
    from.request(1);
    return acknowledged;
  }

  @Override
  public synchronized CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      JsonNode frame = JSON.readTree(text.toString());
      text.setLength(0);
      texts.add(frame);
      if (frame.has("offset")) {
        offset = frame.path("offset").asLong();
      }
      if (frame.path("type").asString().equals("gap")) {
        offset = frame.path("to").asLong();
      }
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    pings.incrementAndGet();
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    closedNanos = System.nanoTime();
    closed.complete(status);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed.completeExceptionally(error);
  }

  void type(String keys) {
    write(keys.getBytes(StandardCharsets.UTF_8));
  }

  void write(byte[] bytes) {
    write(0, bytes);
  }

  void write(int which, byte[] bytes) {
    ByteBuffer frame = ByteBuffer.allocate(bytes.length + 1).put((byte) which).put(bytes).flip();
    afterOthers(() -> socket.sendBinary(frame, true)).join();
  }

  void order(String json) {
    afterOthers(() -> socket.sendText(json, true)).join();
  }

  /** The JDK's client refuses to send while it sends. */
  private synchronized CompletableFuture<WebSocket> afterOthers(
      Supplier<CompletableFuture<WebSocket>> frame) {
    sent = sent.handle((_, _) -> null).thenCompose(_ -> frame.get());
    return sent;
  }

  void acknowledge() {
    order("{\"type\":\"ack\",\"offset\":" + offset() + "}");
  }

  synchronized long offset() {
    return offset;
  }

  synchronized byte[] bytes() {
    return all.toByteArray();
  }

  synchronized String text(int which) {
    return channels.get(which).toString(StandardCharsets.UTF_8);
  }

  synchronized List<JsonNode> texts() {
    return List.copyOf(texts);
  }

  public List<String> types() {
    return texts().stream().map(frame -> frame.path("type").asString()).toList();
  }

  void awaitText(int which, String wanted) {
    patiently().until(() -> text(which).contains(wanted));
  }

  public JsonNode awaitFrame(String type) {
    patiently().until(() -> types().contains(type));
    return texts().get(types().indexOf(type));
  }

  static org.awaitility.core.ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
  }

  public int closeCode() throws Exception {
    return closed.get(20, TimeUnit.SECONDS);
  }

  /** When the service closed the connection. */
  public long closedNanos() {
    return closedNanos;
  }

  /** Goes away without a word. */
  @Override
  public void close() {
    if (socket != null) {
      socket.abort();
    }
  }
}
