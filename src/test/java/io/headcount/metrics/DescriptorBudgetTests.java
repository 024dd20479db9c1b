package io.headcount.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.Capacity;
import io.headcount.child.ChildAdapter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;

/** A service whose adapter says that it has as many descriptors open as the test wants. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class DescriptorBudgetTests {
  private static volatile long open = 100;

  @LocalServerPort private int port;
  @LocalManagementPort private int managementPort;

  @Test
  void isOutOfServiceWhilePastTheBudgetAndBackAfterIt() throws Exception {
    assertThat(status("/actuator/health/readiness")).isEqualTo(200);
    open = 797; // 797 + 4 pass 80 % of 1,000
    assertThat(status("/actuator/health/readiness")).isEqualTo(503);
    assertThat(status("/actuator/health/liveness")).isEqualTo(200);
    HttpResponse<String> refused =
        send(
            request(port, "/v1/runs")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"shell\": \"true\"}")));
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("\"code\":\"fd-budget\"");
    assertThat(refused.headers().firstValue("Retry-After")).contains("5");
    open = 796;
    assertThat(status("/actuator/health/readiness")).isEqualTo(200);
  }

  private int status(String path) throws Exception {
    return send(request(managementPort, path)).statusCode();
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), BodyHandlers.ofString());
    }
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  @TestConfiguration(proxyBeanMethods = false)
  static class Told {
    @Bean
    static BeanPostProcessor capacity() {
      return new BeanPostProcessor() {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
          return bean instanceof ChildAdapter adapter ? told(adapter) : bean;
        }
      };
    }

    private static Object told(ChildAdapter adapter) {
      return Proxy.newProxyInstance(
          ChildAdapter.class.getClassLoader(),
          new Class<?>[] {ChildAdapter.class},
          (proxy, method, arguments) -> {
            if (method.getName().equals("capacity")) {
              return new Capacity(open, 1000, 4, 0, Long.MAX_VALUE);
            }
            try {
              return method.invoke(adapter, arguments);
            } catch (InvocationTargetException e) {
              throw e.getCause();
            }
          });
    }
  }
}
