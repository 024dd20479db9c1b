package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** JSON Web Tokens of an issuer that is asked for its keys over HTTP. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "headcount.security.jwt.audience=headcount",
      "headcount.security.jwt.roles-claim=realm_access.roles"
    })
@DirtiesContext
class JwtTests {
  private static final ECKey KEY = key("1");
  private static final HttpServer ISSUER = issuer();
  private static final String NAME = "http://127.0.0.1:" + ISSUER.getAddress().getPort();

  @LocalServerPort private int port;
  @Autowired private OpenStreams streams;
  private Client api;

  @DynamicPropertySource
  static void issuer(DynamicPropertyRegistry registry) {
    registry.add("headcount.security.jwt.issuer-uri", () -> NAME);
  }

  @AfterAll
  static void stop() {
    ISSUER.stop(0);
  }

  @BeforeEach
  void connect() {
    api = Client.of(port);
  }

  @Test
  void takesTheNameAndTheRolesOfAToken() {
    Client ann = api.with(token(claims("ann", "runner", "something-else")));
    Client sees = api.with(token(claims("sees", "viewer")));
    var run = ann.start("true");
    assertThat(run.path("owner").asString()).isEqualTo("ann");
    assertThat(sees.get("/v1/runs/" + Service.id(run)).status()).isEqualTo(200);
    assertThat(sees.post("/v1/runs", "{}").status()).isEqualTo(403);
    assertThat(api.with(token(claims("bob", "runner"))).get("/v1/runs/" + Service.id(run)).status())
        .isEqualTo(404);
    assertThat(api.with(token(claims("eve", "root"))).get("/v1/info").status()).isEqualTo(403);
    assertThat(api.get("/v1/info").status()).isEqualTo(401);
  }

  @Test
  void refusesWhatIsNotTheIssuersOrNotForUs() throws JOSEException {
    JWTClaimsSet good = claims("ann", "admin").build();
    Map<String, String> wrong =
        Map.of(
            "another key", signed(key("1"), good),
            "expired", token(claims("ann", "admin").expirationTime(in(-120))),
            "not yet", token(claims("ann", "admin").notBeforeTime(in(600))),
            "without an end", token(claims("ann", "admin").expirationTime(null)),
            "another issuer", token(claims("ann", "admin").issuer("https://evil.example")),
            "another audience", token(claims("ann", "admin").audience("mail")),
            "without a name", token(claims(null, "admin")),
            "unsigned", new PlainJWT(good).serialize(),
            "the public key as a secret", signedWithThePublicKey(good),
            "no token", "a.b.c");
    wrong.forEach((what, token) -> {
      Client.Reply reply = api.with(token).get("/v1/info");
      assertThat(reply.status()).as(what).isEqualTo(401);
      assertThat(reply.code()).as(what).isEqualTo("unauthenticated");
    });
    assertThat(api.with(token(claims("ann", "admin"))).get("/v1/info").status()).isEqualTo(200);
  }

  @Test
  void endsAStreamWhenItsTokenHasExpired() throws IOException {
    Client brief = api.with(token(claims("ann", "viewer").expirationTime(in(2))));
    try (Sse events = new Sse(brief.open("/v1/events").body())) {
      events.awaitRetry();
      assertThat(events.rest()).noneMatch(event -> event.name().equals("end"));
    }
    Service.awaitNoStream(streams);
  }

  private static JWTClaimsSet.Builder claims(String name, String... roles) {
    return new JWTClaimsSet.Builder()
        .issuer(NAME)
        .subject(name)
        .audience("headcount")
        .expirationTime(in(300))
        .claim("realm_access", Map.of("roles", List.of(roles)));
  }

  private static Date in(int seconds) {
    return Date.from(Instant.now().plusSeconds(seconds));
  }

  private static String token(JWTClaimsSet.Builder claims) {
    return signed(KEY, claims.build());
  }

  private static String signed(ECKey key, JWTClaimsSet claims) {
    try {
      return signed(JWSAlgorithm.ES256, new ECDSASigner(key), claims);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String signedWithThePublicKey(JWTClaimsSet claims) throws JOSEException {
    byte[] secret = KEY.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
    return signed(JWSAlgorithm.HS256, new MACSigner(secret), claims);
  }

  private static String signed(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims)
      throws JOSEException {
    JWSHeader header = new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).keyID("1").build();
    SignedJWT jwt = new SignedJWT(header, claims);
    jwt.sign(signer);
    return jwt.serialize();
  }

  private static ECKey key(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpServer issuer() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      String name = "http://127.0.0.1:" + server.getAddress().getPort();
      answer(
          server,
          "/.well-known/openid-configuration",
          "{\"issuer\": \"%s\", \"jwks_uri\": \"%s/keys\", \"subject_types_supported\": [\"public\"]}"
              .formatted(name, name));
      answer(server, "/keys", new JWKSet(KEY.toPublicJWK()).toString());
      server.start();
      return server;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void answer(HttpServer server, String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    var _ =
        server.createContext(
            path,
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", "application/json");
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body);
              exchange.close();
            });
  }
}
