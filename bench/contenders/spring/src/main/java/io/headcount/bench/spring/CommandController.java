package io.headcount.bench.spring;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** What one writes in half an hour with Spring Boot and ProcessBuilder. */
@RestController
@SpringBootApplication
public class CommandController {
  public static void main(String[] args) {
    SpringApplication.run(CommandController.class, args);
  }

  @PostMapping("/run")
  String run(@RequestBody List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @PostMapping("/start")
  long start(@RequestBody List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start().pid();
  }

  @PostMapping("/stream")
  void stream(@RequestBody List<String> command, HttpServletResponse response)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    response.setContentType("application/octet-stream");
    process.getInputStream().transferTo(response.getOutputStream());
    process.waitFor();
  }
}
