package io.headcount.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Tells the audit log who calls, behind all that finds it out. */
@Component
final class AuditCaller implements HandlerInterceptor, WebMvcConfigurer {
  private final Callers callers;

  AuditCaller(Callers callers) {
    this.callers = callers;
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(this).addPathPatterns("/v1/**");
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    Principal caller = request.getUserPrincipal();
    if (caller != null) {
      request.setAttribute(AuditFilter.CALLER, caller.getName());
    }
    request.setAttribute(AuditFilter.ROLE, callers.role(request));
    return true;
  }
}
