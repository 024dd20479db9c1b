package io.headcount.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/** Fits the web framework to the contract. */
@Configuration(proxyBeanMethods = false)
class WebConfiguration implements WebMvcConfigurer {
  private static final List<MediaType> OTHER_FORMATS =
      List.of(MediaType.APPLICATION_YAML, MediaType.APPLICATION_XML);

  /** What one write to a connection takes at most; with Tomcat's 8 KiB the writes are the cost. */
  private static final int WRITE_BUFFER_BYTES = 1 << 16;

  /**
   * How long the end of the context waits for requests once more: who is not done when the graceful
   * end is over will not be. Less than 20 would be for ever.
   */
  private static final long UNLOAD_MILLIS = 100;

  private final ApiSettings settings;
  private final JsonMapper mapper;
  private final LimitRefusals refusals;

  WebConfiguration(ApiSettings settings, JsonMapper mapper, LimitRefusals refusals) {
    this.settings = settings;
    this.mapper = mapper;
    this.refusals = refusals;
  }

  @Override
  public void configureMessageConverters(HttpMessageConverters.ServerBuilder builder) {
    builder.addCustomConverter(
        new RequestConverter(settings.maxBodyBytes(), settings.bodyTimeout(), refusals));
    builder.withJsonConverter(new WholeJsonConverter(mapper));
    // A library on the class path must not teach the service another format.
    builder.configureMessageConvertersList(converters ->
        converters.removeIf(converter ->
            OTHER_FORMATS.stream().anyMatch(converter.getSupportedMediaTypes()::contains)));
  }

  @Override
  public void addInterceptors(InterceptorRegistry interceptors) {
    interceptors.addInterceptor(new KnownParameters()).addPathPatterns("/v1/**");
  }

  /**
   * Swagger UI, but for the script that says what it shows, which is ours. Nobody keeps a copy: the
   * files of all images have one time, so that an old one would be taken for the new.
   */
  @Override
  public void addResourceHandlers(ResourceHandlerRegistry handlers) {
    handlers
        .addResourceHandler("/swagger-ui/**")
        .addResourceLocations(
            "classpath:/swagger-ui/",
            "classpath:/META-INF/resources/webjars/swagger-ui/" + swaggerUiVersion() + "/")
        .setCacheControl(CacheControl.noStore());
  }

  private static String swaggerUiVersion() {
    try {
      return PropertiesLoaderUtils.loadProperties(
              new ClassPathResource("META-INF/maven/org.webjars/swagger-ui/pom.properties"))
          .getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Static, so that the web server can be made before the rest of the application is. */
  @Bean
  static WebServerFactoryCustomizer<TomcatServletWebServerFactory> valves() {
    return factory -> {
      factory.addConnectorCustomizers(
          WebConfiguration::takeAnyLanguages,
          connector ->
              connector.setProperty("socket.appWriteBufSize", String.valueOf(WRITE_BUFFER_BYTES)));
      factory.addContextValves(new ClientLiveness.Valve());
      factory.addContextCustomizers(context -> {
        if (context.getParent() instanceof StandardHost host) {
          host.setErrorReportValveClass(ProblemReportValve.class.getName());
        }
        if (context instanceof StandardContext standard) {
          standard.setUnloadDelay(UNLOAD_MILLIS);
        }
      });
    };
  }

  /**
   * Past so many languages in {@code Accept-Language} Tomcat throws, whoever asks for them first;
   * nothing here is translated, and the size of a header is bounded.
   */
  static void takeAnyLanguages(Connector connector) {
    connector.setMaxLocaleCount(Integer.MAX_VALUE);
  }
}
