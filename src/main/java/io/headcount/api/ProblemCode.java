package io.headcount.api;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/** Every kind of error there is. The type of a problem is {@code /problems/} and its label. */
enum ProblemCode {
  VALIDATION(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The request is not as expected",
      "A field, a parameter or a header has a value that cannot be accepted. Nothing was done."
          + " `errors` names each one with a JSON pointer and says what was expected."),
  MALFORMED(
      HttpStatus.BAD_REQUEST,
      "The request cannot be read",
      "The body is no JSON (or has a name twice, or something after its end, or is nested too"
          + " deeply); or the request is not HTTP as it should be, or its path has what no path of"
          + " this service has (an empty part, a `;`, what is no UTF-8)."),
  UNAUTHENTICATED(
      HttpStatus.UNAUTHORIZED,
      "Say who you are",
      "The service wants to know who calls, and the request has no token, or one that is not (or no"
          + " longer) good. Send `Authorization: Bearer <token>`, or connect with a client"
          + " certificate where the service takes them; tokens in a URL are not looked at."),
  FORBIDDEN(
      HttpStatus.FORBIDDEN,
      "This is not allowed",
      "The role of the caller does not allow it; a connection that only reads wants to write; the"
          + " page of another site asks (`headcount.attach.allowed-origins`); or the service was"
          + " called by a name that is not its own (`headcount.security.hosts`)."),
  COMMAND_FORBIDDEN(
      HttpStatus.FORBIDDEN,
      "The policy does not allow this command",
      "Nothing was opened or started. `errors` names what is not allowed, and the setting below"
          + " `headcount.policy` that says so. `GET /v1/commands` lists what you may run."),
  NOT_FOUND(
      HttpStatus.NOT_FOUND,
      "There is no such thing",
      "There is no run of this id (any more: exited runs are forgotten after a while), or no such"
          + " path."),
  CONFLICT(
      HttpStatus.CONFLICT,
      "The id stands for another request",
      "A run with this id was started with another body. Choose another id, or send the same body"
          + " to get the run there is."),
  NOT_RUNNING(
      HttpStatus.CONFLICT,
      "The run is not running",
      "It has not started yet, or is over. Look at its `state`."),
  NOT_A_TERMINAL(
      HttpStatus.CONFLICT,
      "The run has no terminal",
      "It was started with pipes. Start the run with `tty` to give it a terminal."),
  WRITER_TAKEN(
      HttpStatus.CONFLICT,
      "Another client writes",
      "One client at a time writes to a run that it is attached to. Attach with `mode=ro` to read,"
          + " or with `takeover=true` to take its place."),
  STDIN_CLOSED(
      HttpStatus.CONFLICT,
      "Standard input is closed",
      "It was closed by `eof`, by the command, or was never open. Start the run with `stdin.mode`"
          + " `pipe` to write to it."),
  STDIN_OFFSET(
      HttpStatus.CONFLICT,
      "The write would leave a hole",
      "`Stdin-Offset` is beyond what was accepted so far. Go on at `offset`."),
  STDIN_FULL(
      HttpStatus.TOO_MANY_REQUESTS,
      "The command does not read",
      "The pipe to the command stayed full. `accepted` bytes of this request were taken; send the"
          + " rest later, with `Stdin-Offset` set to `offset`."),
  QUEUE_FULL(
      HttpStatus.TOO_MANY_REQUESTS,
      "Too many runs wait",
      "As many runs are live, and as many wait for a place, as are allowed. Try again later."),
  RATE_LIMITED(
      HttpStatus.TOO_MANY_REQUESTS,
      "Too many requests of one caller",
      "The caller asks more often, or has more requests in progress, than it may"
          + " (`headcount.callers`), or the bodies of all requests in progress take too much memory."
          + " Nothing was done. Try again after `retryAfterMs`."),
  TOO_MANY_STREAMS(
      HttpStatus.TOO_MANY_REQUESTS,
      "Too many streams are open",
      "The caller has as many event streams, followed outputs, bodies for standard input and"
          + " attached WebSockets open as it may; with the status 503 all callers together have."
          + " Close some, or try again later."),
  OUTPUT_GONE(
      HttpStatus.GONE,
      "The output is no longer held",
      "The bytes asked for were dropped, because the run wrote more than is retained. The oldest"
          + " byte that is held is at `first`."),
  OUTPUT_IN_FILE(
      HttpStatus.CONFLICT,
      "The output is in a file",
      "The run was started with `output.file`: the command writes to that file by itself, and the"
          + " service has nothing of it. Read `file` where the service runs, or start the run"
          + " without it."),
  START_FAILED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The command did not start",
      "`error` says why: `kind`, the `errno` by name, and a message. The record of the run stays,"
          + " as `runId`. When the machine lacks the resources the status is 503, and the same"
          + " request may work later."),
  FD_BUDGET(
      HttpStatus.SERVICE_UNAVAILABLE,
      "Too many descriptors are open",
      "A start would take the service too near its limit of file descriptors. Nothing was opened."
          + " Try again later."),
  PID_BUDGET(
      HttpStatus.SERVICE_UNAVAILABLE,
      "Too many processes run",
      "The service is too near its limit of processes (`pids.max`). Try again later."),
  MEMORY_BUDGET(
      HttpStatus.SERVICE_UNAVAILABLE,
      "Requests take too much memory",
      "What live runs were asked for, arguments, environment and inline input, takes as much of the"
          + " heap as it may. Try again later; data sent through the run's `stdin` takes none."),
  DRAINING(
      HttpStatus.SERVICE_UNAVAILABLE,
      "The service is stopping",
      "It starts nothing more. Try again: another instance, or the next life of this one, answers."),
  TOO_LARGE(
      HttpStatus.CONTENT_TOO_LARGE,
      "The body is too large",
      "JSON bodies are limited (`limits.maxBodyBytes` of `/v1/info`). Send larger input through"
          + " the run's `stdin`, which is not."),
  UNSUPPORTED_MEDIA_TYPE(
      HttpStatus.UNSUPPORTED_MEDIA_TYPE,
      "The body is of a type that is not understood",
      "Send JSON with `Content-Type: application/json`."),
  METHOD_NOT_ALLOWED(
      HttpStatus.METHOD_NOT_ALLOWED,
      "The method does not fit the path",
      "The `Allow` header names those that do."),
  NOT_ACCEPTABLE(
      HttpStatus.NOT_ACCEPTABLE,
      "There is no such representation",
      "What `Accept` asks for is not what this path answers with."),
  RANGE_NOT_SATISFIABLE(
      HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
      "The range lies beyond the end",
      "There is no byte at the start of the range. Of a live run there may be one later; ask with"
          + " `follow=true` to wait for it."),
  UPGRADE_REQUIRED(
      HttpStatus.UPGRADE_REQUIRED,
      "The WebSocket is of another version",
      "Send `Sec-WebSocket-Version: 13` (RFC 6455)."),
  NOT_IMPLEMENTED(
      HttpStatus.NOT_IMPLEMENTED,
      "This part of HTTP is not there",
      "The request has a transfer coding that the service does not know. Send `chunked` or a"
          + " `Content-Length`."),
  HTTP_VERSION(
      HttpStatus.HTTP_VERSION_NOT_SUPPORTED,
      "HTTP of another version",
      "The service speaks HTTP/1.1."),
  INTERNAL(
      HttpStatus.INTERNAL_SERVER_ERROR,
      "Something went wrong in the service",
      "This is a fault of the service, not of the request. Its log tells more.");

  private final HttpStatus status;
  private final String title;
  private final String explanation;

  ProblemCode(HttpStatus status, String title, String explanation) {
    this.status = status;
    this.title = title;
    this.explanation = explanation;
  }

  /** The name in JSON and in the type. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  HttpStatus status() {
    return status;
  }

  String title() {
    return title;
  }

  /** What happened and what to do, for the page of the code. */
  String explanation() {
    return explanation;
  }

  boolean retryable() {
    return status == HttpStatus.TOO_MANY_REQUESTS || status == HttpStatus.SERVICE_UNAVAILABLE;
  }

  static Optional<ProblemCode> labelled(String label) {
    return Arrays.stream(values()).filter(code -> code.label().equals(label)).findFirst();
  }

  /** The code for an error that only a status is known of. */
  static ProblemCode ofStatus(int status) {
    return switch (status) {
      case 401 -> UNAUTHENTICATED;
      case 403 -> FORBIDDEN;
      case 404 -> NOT_FOUND;
      case 405 -> METHOD_NOT_ALLOWED;
      case 406 -> NOT_ACCEPTABLE;
      case 413 -> TOO_LARGE;
      case 415 -> UNSUPPORTED_MEDIA_TYPE;
      case 416 -> RANGE_NOT_SATISFIABLE;
      case 422 -> VALIDATION;
      case 426 -> UPGRADE_REQUIRED;
      case 501 -> NOT_IMPLEMENTED;
      case 503 -> DRAINING;
      case 505 -> HTTP_VERSION;
      default -> status >= 500 ? INTERNAL : MALFORMED;
    };
  }
}
