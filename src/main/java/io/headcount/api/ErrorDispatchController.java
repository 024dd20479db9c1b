package io.headcount.api;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers what failed outside the controllers: in a filter, or in the container. */
@Hidden
@RestController
class ErrorDispatchController implements ErrorController {

  @RequestMapping("${spring.web.error.path:/error}")
  ResponseEntity<Object> error(HttpServletRequest request) {
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    Object path = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
    if (!(status instanceof Integer known)) { // somebody asked for this path itself
      return Problem.of(
              ProblemCode.NOT_FOUND,
              "There is nothing at this path; see /v3/api-docs.",
              request.getRequestURI())
          .toResponse(new HttpHeaders());
    }
    ProblemCode code = ProblemCode.ofStatus(known);
    return Problem.of(code, code.explanation(), path == null ? "/" : path.toString())
        .toResponse(new HttpHeaders());
  }
}
