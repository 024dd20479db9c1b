package io.headcount.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/** Believes the header {@code Test-Role}; without it nobody has said who calls. */
@TestConfiguration(proxyBeanMethods = false)
class RoleByHeader {
  @Bean
  OncePerRequestFilter roleByHeaderFilter() {
    return new OncePerRequestFilter() {
      @Override
      protected void doFilterInternal(
          HttpServletRequest request, HttpServletResponse response, FilterChain chain)
          throws ServletException, IOException {
        String role = request.getHeader("Test-Role");
        chain.doFilter(role == null ? request : new Caller(request, role), response);
      }
    };
  }

  private static final class Caller extends HttpServletRequestWrapper {
    private final String role;

    Caller(HttpServletRequest request, String role) {
      super(request);
      this.role = role;
    }

    @Override
    public Principal getUserPrincipal() {
      return () -> "caller";
    }

    @Override
    public boolean isUserInRole(String name) {
      return role.equals(name);
    }
  }
}
