package io.headcount.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostsTests {
  private static final Hosts HOSTS =
      new Hosts(Set.of("runs.example.com", "*.pods.example.com", "203.0.113.7"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8080",
        "localhost.",
        "a.localhost:1",
        "127.0.0.1:8080",
        "127.1.2.3",
        "[::1]:8080",
        "10.1.2.3:8080",
        "runs.example.com",
        "Runs.Example.com:443",
        "a.pods.example.com",
        "b.a.pods.example.com:8080",
        "203.0.113.7"
      })
  void allowsItsOwnNames(String host) {
    assertThat(HOSTS.allow(host, "10.1.2.3")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1.nip.io:8080",
        "evillocalhost",
        "0.0.0.0:8080",
        "10.1.2.4",
        "[::]:8080",
        "[fe80::1]",
        "pods.example.com",
        "evilpods.example.com",
        "a.runs.example.com",
        "runs.example.com.evil.example",
        "localhost@evil.example",
        "[::1",
        "*"
      })
  void refusesAllOthers(String host) {
    assertThat(HOSTS.allow(host, "10.1.2.3")).isFalse();
  }

  @Test
  void refusesARequestWithoutAName() {
    assertThat(HOSTS.allow(null, "127.0.0.1")).isFalse();
  }

  @Test
  void knowsTheAddressThatAConnectionOfVersion6CameTo() {
    assertThat(HOSTS.allow("[fd00::7]:8080", "fd00:0:0:0:0:0:0:7%2")).isTrue();
    assertThat(HOSTS.allow("[fd00::8]:8080", "fd00:0:0:0:0:0:0:7%2")).isFalse();
  }

  @Test
  void allowsAnyNameWhenToldSo() {
    assertThat(new Hosts(Set.of("*")).allow("evil.example", "10.1.2.3")).isTrue();
  }
}
