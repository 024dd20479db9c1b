package io.headcount.security;

import io.headcount.policy.Role;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * What every request passes, on both ports: the guard, the question who calls, and the rules.
 * Nothing is remembered between two requests, so there is nothing that another site's page could
 * ride on.
 */
@Configuration(proxyBeanMethods = false)
class WebSecurity {
  /** What a request that was let in, or refused before, is sent on to within the service. */
  private static final DispatcherType[] SENT_ON =
      EnumSet.complementOf(EnumSet.of(DispatcherType.REQUEST)).toArray(DispatcherType[]::new);

  /** Neither a span nor a meter a filter: a request has its own already. */
  @Bean
  static SecurityObservationSettings securityObservations() {
    return SecurityObservationSettings.noObservations();
  }

  @Bean
  SecurityFilterChain securityFilterChain(
      HttpSecurity http,
      SecuritySettings settings,
      Callers callers,
      @Lazy @Qualifier("handlerExceptionResolver") HandlerExceptionResolver answers) {
    Refusals refusals = new Refusals(answers);
    http.csrf(AbstractHttpConfigurer::disable)
        .cors(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .headers(AbstractHttpConfigurer::disable)
        .anonymous(AbstractHttpConfigurer::disable)
        .requestCache(cache -> cache.requestCache(new NullRequestCache()))
        .sessionManagement(AbstractHttpConfigurer::disable)
        .securityContext(context ->
            context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
        .exceptionHandling(
            failures -> failures.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
        .addFilterBefore(
            new BrowserGuard(new Hosts(settings.hosts()), settings.allowedOrigins(), refusals),
            SecurityContextHolderFilter.class)
        .addFilterBefore(whoCalls(callers, refusals), ExceptionTranslationFilter.class)
        .authorizeHttpRequests(requests -> {
          requests.dispatcherTypeMatchers(SENT_ON).permitAll();
          for (Rules.Rule rule : Rules.of(settings.managementOpen())) {
            var matching = requests.requestMatchers(matchers(rule));
            if (rule.roles().isEmpty()) {
              matching.permitAll();
            } else {
              matching.hasAnyRole(labels(rule.roles()));
            }
          }
          requests.anyRequest().hasRole(Role.ADMIN.label());
        });
    return http.build();
  }

  private static AuthenticationFilter whoCalls(Callers callers, Refusals refusals) {
    AuthenticationFilter filter = new AuthenticationFilter(callers::known, callers::claimed);
    filter.setSuccessHandler((_, _, _) -> {}); // the request goes on
    filter.setFailureHandler(refusals::commence);
    return filter;
  }

  private static PathPatternRequestMatcher[] matchers(Rules.Rule rule) {
    var path = PathPatternRequestMatcher.withDefaults();
    return rule.method().equals(HttpMethod.GET)
        ? new PathPatternRequestMatcher[] {
          path.matcher(HttpMethod.GET, rule.path()), path.matcher(HttpMethod.HEAD, rule.path())
        }
        : new PathPatternRequestMatcher[] {path.matcher(rule.method(), rule.path())};
  }

  private static String[] labels(Set<Role> roles) {
    return roles.stream().map(Role::label).toArray(String[]::new);
  }

  /**
   * Paths alone: headers and parameters are looked at where they are used, methods by the rules.
   */
  @Bean
  static HttpFirewall httpFirewall() {
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    firewall.setUnsafeAllowAnyHttpMethod(true);
    firewall.setAllowedHeaderNames(_ -> true);
    firewall.setAllowedHeaderValues(_ -> true);
    firewall.setAllowedParameterNames(_ -> true);
    firewall.setAllowedParameterValues(_ -> true);
    return firewall;
  }
}
