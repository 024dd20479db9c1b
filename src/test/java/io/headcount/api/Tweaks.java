package io.headcount.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/** What may be wrong, or only odd, with a request. The same random numbers give the same. */
final class Tweaks {
  private static final List<String> HEADERS =
      List.of(
          "Accept",
          "Accept-Charset",
          "Accept-Encoding",
          "Accept-Language",
          "Authorization",
          "Connection",
          "Content-Encoding",
          "Content-Language",
          "Content-Type",
          "Cookie",
          "Expect",
          "Forwarded",
          "Host",
          "If-Match",
          "If-Modified-Since",
          "If-None-Match",
          "If-Range",
          "If-Unmodified-Since",
          "Last-Event-ID",
          "Max-Forwards",
          "Origin",
          "Prefer",
          "Range",
          "Stdin-Offset",
          "TE",
          "Trailer",
          "Upgrade",
          "Via",
          "X-Forwarded-For",
          "X-Forwarded-Host",
          "X-Forwarded-Prefix",
          "X-HTTP-Method-Override",
          "baggage",
          "traceparent",
          "tracestate",
          "Sec-WebSocket-Extensions",
          "Sec-WebSocket-Key",
          "Sec-WebSocket-Protocol",
          "Sec-WebSocket-Version");

  private static final List<String> VALUES =
      List.of(
          "",
          " ",
          "*",
          "*/*",
          "*/*;q=2",
          "text/html",
          "application/json",
          "application/json;q=x",
          "application/json; charset=utf-16",
          "application/json; charset=no-such",
          "application/json; charset=\"",
          "application/x-www-form-urlencoded",
          "multipart/form-data",
          "multipart/form-data; boundary=",
          "/",
          ";",
          ",",
          ",,,,",
          ";;;=;",
          "=",
          "\"",
          "\"unterminated",
          "W/",
          "gzip",
          "gzip, deflate, br",
          "chunked",
          "close",
          "upgrade",
          "websocket",
          "h2c",
          "100-continue",
          "200-ok",
          "0",
          "-1",
          "1e400",
          "007",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999999999",
          "bytes=0-0",
          "bytes=-",
          "bytes=-0",
          "bytes=5-2",
          "bytes=0-,5-9",
          "bytes=9223372036854775807-9223372036854775808",
          "bytes=-99999999999999999999",
          "bytes=1000000-",
          "lines=0-1",
          "wait",
          "wait=",
          "wait=-1",
          "wait=1e9",
          "wait=999999999, wait=0",
          "wait=\"1\";a=\"",
          "respond-async; wait=0",
          "null",
          "none.0",
          "x.-1",
          "x.5.stdout-1-zz",
          "x.9999999999999999999",
          "x.1.end.end",
          "Basic YTpi",
          "Bearer",
          "Bearer  ",
          "Bearer a b",
          "http://evil.example",
          "file://",
          "evil.example",
          "[::1",
          "localhost:99999",
          "localhost:x",
          "00-00000000000000000000000000000000-0000000000000000-00",
          "ff-zz",
          "Thu, 01 Jan 1970 00:00:00 GMT",
          "yesterday",
          "headcount.v1",
          "headcount.v1, headcount.v1",
          "permessage-deflate; client_max_window_bits=99",
          "dGhlIHNhbXBsZSBub25jZQ==",
          "13",
          "%00%0d%0a",
          "../../etc/passwd",
          "${jndi:ldap://x}",
          "\u00e4\u00ff",
          "\u0000",
          "\u0001\u007f",
          "a\tb",
          "x".repeat(7_000),
          "a,".repeat(3_000),
          "a;".repeat(3_000));

  private static final List<String> SEGMENTS =
      List.of(
          "",
          ".",
          "..",
          "...",
          "%2e%2e",
          "%2E",
          "..%2f",
          "%2F",
          "%5c",
          "\\",
          ";",
          ";a=b",
          "..;",
          "%3b",
          "%00",
          "a%00b",
          "%0a",
          "%0d%0a",
          "%",
          "%z",
          "%zz",
          "%ff",
          "%c0%af",
          "%e2%82",
          "%ed%a0%80",
          "%f0%9f%92%a9",
          "%25",
          "%252e%252e",
          "%2B+",
          "a b",
          "\u00e4",
          "\u0000",
          "\u0007",
          "{id}",
          "*",
          "**",
          "~",
          "-",
          "_",
          ".a",
          "a:b",
          "a@b",
          "[x]",
          "a|b",
          "\"<script>\"",
          "cancel",
          "a.json",
          "a".repeat(128),
          "a".repeat(129),
          "a".repeat(7_000),
          "a".repeat(20_000),
          "a/".repeat(2_000));

  private static final List<String> METHODS =
      List.of(
          "get",
          "Get",
          "HEAD",
          "POST",
          "PUT",
          "PATCH",
          "DELETE",
          "OPTIONS",
          "TRACE",
          "CONNECT",
          "PROPFIND",
          "PRI",
          "X",
          "",
          "G,T",
          "G\u0000T",
          "\u00e4",
          "A".repeat(9_000));

  private static final List<String> VERSIONS =
      List.of(
          "HTTP/1.0",
          "HTTP/0.9",
          "HTTP/1.2",
          "HTTP/2.0",
          "HTTP/9.9",
          "http/1.1",
          "HTTP/",
          "HTTP/1.1 x",
          "ICY",
          "");

  private static final List<String> FRAGMENTS =
      List.of(
          "null",
          "true",
          "\"\"",
          "\"x\"",
          "\"true\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\x\"",
          "\"unterminated",
          "\"\\",
          "\"\u0001\"",
          "\"\u00ff\u00fe\"",
          "'x'",
          "0",
          "-0",
          "-1",
          "00",
          "+1",
          ".5",
          "1.",
          "0.1",
          "1e400",
          "-1e400",
          "1e-400",
          "1e999999999",
          "NaN",
          "Infinity",
          "0x10",
          "1_000",
          "2147483648",
          "9007199254740993",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775809",
          "9".repeat(5_000),
          "[]",
          "[null]",
          "[1]",
          "[\"\"]",
          "[\"true\", \"\\u0000\"]",
          "[[]]",
          "{}",
          "{\"\": \"\"}",
          "{\"a\": null}",
          "{\"a\": 1}",
          "{\"a\": \"b\", \"a\": \"c\"}",
          "{\"=\": \"x\"}",
          "{\"a\\u0000\": \"x\"}",
          "[".repeat(10_000),
          "{\"a\":".repeat(10_000),
          "[".repeat(17) + "]".repeat(17),
          "\"" + "x".repeat(20_000) + "\"",
          "\"" + "x".repeat(100_000) + "\"",
          "/* c */ 1",
          "1 // c\n",
          "undefined",
          "SIGKILL",
          "\"SIGKILL\"",
          "\"SIG\"",
          "\"KILL\"",
          "\"../../etc/passwd\"",
          "\"%s%n${x}\"");

  private final Random random;
  private final Operations.Operation operation;

  Tweaks(Random random, Operations.Operation operation) {
    this.random = random;
    this.operation = operation;
  }

  /** Any of them; those that an operation looks at come more often. */
  Tweak any() {
    return switch (random.nextInt(24)) {
      case 0 -> with("method", pick(METHODS), (draft, value) -> draft.method = value);
      case 1 -> with("version", pick(VERSIONS), (draft, value) -> draft.version = value);
      case 2, 3, 4 -> segment();
      case 5 -> with("path +", pick(SEGMENTS), (draft, value) -> draft.path += "/" + value);
      case 6, 7, 8, 9 -> parameter();
      case 10, 11, 12, 13 -> header();
      case 14, 15, 16 -> field();
      case 17, 18 -> body();
      case 19, 20 -> framing();
      case 21 -> bytes();
      default -> line();
    };
  }

  private Tweak segment() {
    String value = pick(SEGMENTS);
    int which = random.nextInt(4);
    return new Tweak(
        "segment " + which + " = " + value,
        draft -> {
          String[] segments = draft.path.split("/", -1);
          segments[Math.min(1 + which, segments.length - 1)] = value;
          draft.path = String.join("/", segments);
        });
  }

  private Tweak parameter() {
    List<String> known = operation.parameters();
    String name =
        known.isEmpty() || random.nextInt(4) == 0
            ? pick(List.of("x", "", "%zz", "%ff", "a%00", "limit", "access_token", "_"))
            : pick(known);
    String value =
        random.nextBoolean() ? pick(SEGMENTS) : pick(VALUES).replaceAll("[\\p{Cntrl} #]", "+");
    int times = random.nextInt(20) == 0 ? 2_000 / (1 + value.length()) : 1;
    return with(
        "query",
        name + (random.nextInt(9) == 0 ? "" : "=" + value),
        (draft, pair) -> {
          for (int i = 0; i < times; i++) {
            draft.query(pair);
          }
        });
  }

  private Tweak header() {
    String name =
        operation.headers().isEmpty() || random.nextBoolean()
            ? pick(HEADERS)
            : pick(operation.headers());
    String value = pick(VALUES);
    boolean only = random.nextInt(4) > 0;
    return new Tweak(
        (only ? "only " : "also ") + name + ": " + value,
        draft -> {
          if (only) {
            draft.only(name, value);
          } else {
            draft.header(name, value);
          }
        });
  }

  private Tweak line() {
    List<String> lines =
        List.of(
            "no colon",
            ": no name",
            " : blank",
            "Host : localhost",
            "X\u0000: x",
            "X\u00e4: x",
            "X: a\r\n folded",
            "X: a\rb",
            "X: a\nY: b",
            "Host: evil.example",
            "Content-Length",
            "X: " + "x".repeat(9_000),
            "Y".repeat(9_000) + ": y",
            String.join("\r\n", java.util.Collections.nCopies(150, "X: y")));
    return random.nextInt(6) == 0
        ? with(
            "line end",
            pick(List.of("\n", "\r", "\r\r\n", "\n\r")),
            (draft, end) -> draft.lineEnd = end)
        : with("line", pick(lines), (draft, text) -> draft.headers.add(text));
  }

  /** A field of the body, of those that the operation knows or any. */
  private Tweak field() {
    List<String> known = operation.fields();
    String name = known.isEmpty() || random.nextInt(6) == 0 ? pick(SEGMENTS) : pick(known);
    String value = pick(FRAGMENTS);
    return new Tweak(
        "field " + name + " = " + value,
        draft -> {
          String text = new String(draft.body, StandardCharsets.ISO_8859_1);
          int end = text.lastIndexOf('}');
          if (end >= 0) {
            String before = text.substring(0, end);
            String comma = before.strip().endsWith("{") ? "" : ",";
            draft.body = RawHttp.bytes(before + comma + "\"" + name + "\":" + value + "}");
          }
        });
  }

  private Tweak body() {
    return switch (random.nextInt(9)) {
      case 0 -> with("body =", pick(FRAGMENTS), (draft, text) -> draft.body = RawHttp.bytes(text));
      case 1 ->
          with(
              "body in",
              pick(List.of("UTF-16", "UTF-32LE", "IBM037")),
              (draft, name) -> draft.body = text(draft).getBytes(Charset.forName(name)));
      case 2 ->
          with(
              "body after",
              pick(List.of("\u00ef\u00bb\u00bf", "\u0000", ")]}',\n")),
              (draft, start) -> draft.body = RawHttp.bytes(start + text(draft)));
      case 3 ->
          with(
              "body before",
              pick(List.of("x", "{}", "\u0000", "\u001a")),
              (draft, end) -> draft.body = RawHttp.bytes(text(draft) + end));
      case 4 ->
          with(
              "body cut",
              "",
              (draft, _) ->
                  draft.body = java.util.Arrays.copyOf(draft.body, draft.body.length / 2));
      case 5 ->
          with(
              "body of",
              String.valueOf(1 << (10 + random.nextInt(8))),
              (draft, size) -> draft.body = new byte[Integer.parseInt(size)]);
      case 6 -> with("no body", "", (draft, _) -> draft.body = new byte[0]);
      case 7 ->
          with(
              "gzip",
              pick(List.of("gzip", "deflate", "identity", "x")),
              (draft, name) -> {
                draft.only("Content-Encoding", name);
                draft.body = gzip(draft.body);
              });
      default ->
          with(
              "a form",
              "a=b&eof=true&limit=%zz",
              (draft, form) -> {
                draft.only("Content-Type", "application/x-www-form-urlencoded");
                draft.body = RawHttp.bytes(form);
              });
    };
  }

  /** How long the body is: shapes by which requests are smuggled past proxies, and nonsense. */
  private Tweak framing() {
    List<String> shapes =
        List.of(
            "Content-Length: 4\r\nContent-Length: 5",
            "Content-Length: 0\r\nContent-Length: 0",
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: \u000bchunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            "Transfer-Encoding:\r\n chunked",
            "Content-Length: -1",
            "Content-Length: +4",
            "Content-Length: 0x4",
            "Content-Length: 4, 4",
            "Content-Length: 4 4",
            "Content-Length: ",
            "Content-Length: 9223372036854775807",
            "Content-Length: 9223372036854775808",
            "Content-Length: 1000000000000");
    List<String> bodies =
        List.of(
            "0\r\n\r\n",
            "2\r\n{}\r\n0\r\n\r\n",
            "zz\r\n",
            "-1\r\n",
            "2\r\n{}0\r\n\r\n",
            "2\n{}\n0\n\n",
            "2;a=\"\r\n\"\r\n{}\r\n0\r\n\r\n",
            "2" + ";x".repeat(9_000) + "\r\n{}\r\n0\r\n\r\n",
            "fffffffffffffffff\r\n{}",
            "7fffffff\r\n{}",
            "80000000\r\n{}",
            "2\r\n{}\r\n0\r\nX: y\r\n\r\n",
            "2\r\n{}\r\n0\r\nno colon\r\n\r\n",
            "2\r\n{}\r\n0\r\nX: " + "y".repeat(9_000) + "\r\n\r\n",
            "2\r\n{}\r\n0\r\n",
            "2\r\n{}");
    String shape = pick(shapes);
    String chunks = random.nextBoolean() ? pick(bodies) : null;
    String smuggled = random.nextBoolean() ? Operations.SMUGGLED : "";
    return new Tweak(
        "framing " + shape + " with " + chunks,
        draft -> {
          draft.tellsLength = false;
          draft.headers.add(shape);
          draft.body = RawHttp.bytes((chunks == null ? text(draft) : chunks) + smuggled);
        });
  }

  /** Bytes anywhere in the body. */
  private Tweak bytes() {
    long seed = random.nextLong();
    return new Tweak(
        "bytes by " + seed,
        draft -> {
          Random own = new Random(seed);
          for (int i = own.nextInt(6); i >= 0 && draft.body.length > 0; i--) {
            draft.body[own.nextInt(draft.body.length)] = (byte) own.nextInt(256);
          }
        });
  }

  private static String text(Draft draft) {
    return new String(draft.body, StandardCharsets.ISO_8859_1);
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static Tweak with(
      String name, String value, java.util.function.BiConsumer<Draft, String> change) {
    Consumer<Draft> one = draft -> change.accept(draft, value);
    return new Tweak(name + " " + value, one);
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
