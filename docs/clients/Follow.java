import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Follows a run and resumes after lost connections: java Follow.java BASE-URL RUN-ID. */
public class Follow {
  // The JDK reads no JSON; with encoding=base64 these fields are easily found without.
  static final Pattern FIELD = Pattern.compile("\"(stream|base64|exitCode|from|to)\":\"?([^\",}]*)");

  public static void main(String[] args) throws Exception {
    URI uri = URI.create(args[0] + "/v1/runs/" + args[1] + "/events?encoding=base64");
    for (String lastId = "", code = "null"; ; Thread.sleep(1000)) {
      HttpURLConnection http = (HttpURLConnection) uri.toURL().openConnection();
      http.setRequestProperty("Last-Event-ID", lastId);
      http.setReadTimeout(45_000); // there is a comment every 15 s
      try (var lines = new BufferedReader(new InputStreamReader(http.getInputStream(), "UTF-8"))) {
        Map<String, String> event = new HashMap<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String[] field = line.split(": ", 2);
          if (field.length == 2) {
            event.put(field[0], field[1]);
            continue;
          } // a blank line: the event is whole. One that was cut off comes again.
          Map<String, String> data = new HashMap<>();
          Matcher found = FIELD.matcher(event.getOrDefault("data", ""));
          while (found.find()) data.putIfAbsent(found.group(1), found.group(2));
          switch (event.getOrDefault("event", "")) {
            case "output" ->
                (data.get("stream").equals("stderr") ? System.err : System.out)
                    .writeBytes(Base64.getDecoder().decode(data.get("base64")));
            case "gap" -> System.err.println("[lost: " + data.get("from") + " to " + data.get("to") + "]");
            case "exit" -> code = data.get("exitCode");
            case "end" -> System.exit(code.equals("null") ? 1 : Integer.parseInt(code));
            default -> {} // state, draining, and what may come to be
          }
          lastId = event.getOrDefault("id", lastId);
          event.clear();
        }
      } catch (IOException lost) {
        String problem = http.getHeaderField("Content-Type"); // null when there was no answer
        if (problem != null && problem.endsWith("problem+json")) throw lost;
      }
    }
  }
}
