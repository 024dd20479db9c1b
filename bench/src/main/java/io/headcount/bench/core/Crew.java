package io.headcount.bench.core;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The contenders' processes: a JVM for each library, warmed up when it is first asked for, and the
 * program in C. They live until this is closed, and are asked in turn, one at a time.
 */
final class Crew implements AutoCloseable {
  private static final int WARM_UP_CALLERS = 8;

  /** Longer than anything that is asked for may take. */
  private static final long ANSWER_SECONDS = 90;

  private final Programs programs;
  private final int warmUpMillis;
  private final Map<Way, Member> members = new EnumMap<>(Way.class);
  private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();

  /** A process and what it says. */
  private record Member(Process process, BufferedReader answers, Writer commands) {}

  /**
   * What one answered: figures, or why there are none.
   *
   * @param rest text behind the figures, or why there are none
   */
  record Answer(boolean ok, List<Double> figures, String rest) {
    static Answer none(String why) {
      return new Answer(false, List.of(), why);
    }

    static Answer parse(String line) {
      if (!line.startsWith("ok")) {
        return none(line.replaceFirst("^none ", ""));
      }
      List<Double> figures = new ArrayList<>();
      List<String> words = new ArrayList<>(List.of(line.strip().split(" +")));
      words.removeFirst();
      while (!words.isEmpty() && words.getFirst().matches("-?[0-9.]+")) {
        figures.add(Double.valueOf(words.removeFirst()));
      }
      return new Answer(true, figures, String.join(" ", words));
    }

    double first() {
      return figures.getFirst();
    }
  }

  /**
   * An empty crew.
   *
   * @param warmUpMillis how long a JVM spawns before it is asked for anything, so that the compiler
   *     has seen some thousand children
   */
  Crew(Programs programs, int warmUpMillis) {
    this.programs = programs;
    this.warmUpMillis = warmUpMillis;
  }

  /** Starts these, if they are not there, so that it is on nobody's time. */
  void warm(List<Way> ways) throws IOException {
    for (Way way : ways) {
      member(way);
    }
  }

  /** Asks for something and waits for the answer. */
  Answer ask(Way way, Object... words) throws IOException {
    return ask(member(way), words);
  }

  private Member member(Way way) throws IOException {
    Member member = members.get(way);
    if (member == null) {
      member = open(way);
      members.put(way, member);
      if (warmUpMillis > 0 && !way.floor()) {
        ask(member, "spawn", WARM_UP_CALLERS, warmUpMillis, programs.noop());
      }
    }
    return member;
  }

  private Answer ask(Member member, Object... words) {
    if (!member.process.isAlive()) {
      return Answer.none("its process has ended");
    }
    String command =
        Arrays.stream(words).map(Object::toString).collect(Collectors.joining(" ", "", "\n"));
    Future<?> limit =
        watch.schedule(() -> member.process.destroyForcibly(), ANSWER_SECONDS, TimeUnit.SECONDS);
    try {
      member.commands.write(command);
      member.commands.flush();
      String line = member.answers.readLine();
      return line == null
          ? Answer.none("it ended or gave no answer in " + ANSWER_SECONDS + " s")
          : Answer.parse(line);
    } catch (IOException e) {
      return Answer.none("its process has ended");
    } finally {
      limit.cancel(false);
    }
  }

  private Member open(Way way) throws IOException {
    List<String> command;
    if (way.floor()) {
      command = new ArrayList<>(List.of(programs.floor().toString()));
      command.addAll(way.options);
    } else {
      command = Jvm.command(Worker.class, Worker.JVM_FLAGS, way.name());
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new Member(process, process.inputReader(), process.outputWriter());
  }

  /** Ends one, so that the next who asks gets a new one. */
  void dismiss(Way way) throws InterruptedException {
    Member member = members.remove(way);
    if (member != null) {
      end(member);
    }
  }

  private static void end(Member member) throws InterruptedException {
    try {
      member.commands.close();
    } catch (IOException e) {
      // it has ended already
    }
    if (!member.process.waitFor(30, TimeUnit.SECONDS)) {
      member.process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (Member member : members.values()) {
      end(member);
    }
    watch.close();
  }
}
