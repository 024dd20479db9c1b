package io.headcount.child.linux;

import io.headcount.child.Child.StdinResult;
import io.headcount.child.ChildSpec;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.libc.Terminals;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a child writes and reads: two outputs, if they are no file's, and perhaps an input, each a
 * pipe, or one terminal that is both. Owner thread only.
 */
final class LinuxStreams {
  /** What the line discipline takes for end-of-file unless a program chose otherwise: ^D. */
  private static final byte VEOF = 4;

  private final List<LinuxOutput> outputs;
  private final @Nullable LinuxStdin stdin;
  private final @Nullable FdEnd terminal;
  private boolean atLineStart = true;

  /**
   * Takes over our ends; nobody watches the outputs yet.
   *
   * @param onEnd runs at the end-of-file of each output
   * @param onStdinClosed runs when standard input takes no more
   */
  LinuxStreams(
      EventLoop loop,
      Stdio stdio,
      BiConsumer<StdStream, ByteBuffer> sink,
      Runnable onEnd,
      Runnable onStdinClosed) {

    switch (stdio) {
      case Stdio.Pipes(var in, var out, var err) -> {
        outputs =
            List.of(
                new LinuxOutput(loop, new FdEnd.Pipe(loop, out), StdStream.STDOUT, sink, onEnd),
                new LinuxOutput(loop, new FdEnd.Pipe(loop, err), StdStream.STDERR, sink, onEnd));
        stdin = input(loop, in, onStdinClosed);
        terminal = null;
      }
      case Stdio.Input(var in) -> {
        outputs = List.of();
        stdin = input(loop, in, onStdinClosed);
        terminal = null;
      }
      case Stdio.Terminal(var fd) -> {
        FdEnd.Master master = new FdEnd.Master(loop, fd);
        LinuxStdin typed = new LinuxStdin(loop, master.writer(), onStdinClosed);
        Runnable hungUp =
            () -> {
              typed.close();
              onEnd.run();
            };
        outputs = List.of(new LinuxOutput(loop, master.reader(), StdStream.STDOUT, sink, hungUp));
        stdin = typed;
        terminal = master.writer();
      }
    }
  }

  private static @Nullable LinuxStdin input(EventLoop loop, @Nullable Fd pipe, Runnable onClosed) {
    return pipe == null ? null : new LinuxStdin(loop, new FdEnd.Pipe(loop, pipe), onClosed);
  }

  /** Reads what comes, from now on. */
  void watch() {
    outputs.forEach(LinuxOutput::watch);
  }

  /** Whether nobody writes any more, as far as pipes tell: what is there can be read to its end. */
  boolean areComplete() {
    return terminal == null && outputs.stream().allMatch(LinuxOutput::isComplete);
  }

  /** Gives the child what it is to read. */
  void begin(ChildSpec.Stdin source) {
    if (stdin != null && source instanceof ChildSpec.Stdin.Inline inline) {
      stdin.writeAll(inline.bytes());
    }
  }

  /** Whether more output may come. */
  boolean isOpen() {
    return outputs.stream().anyMatch(LinuxOutput::isOpen);
  }

  /** Reads what is there, at most {@code turns} buffers of each output. */
  void read(int turns) {
    outputs.forEach(output -> output.read(turns));
  }

  void close() {
    if (stdin != null) {
      stdin.close();
    }
    outputs.forEach(LinuxOutput::close);
  }

  boolean stdinOpen() {
    return stdin != null && stdin.isOpen();
  }

  /** Nobody can close the input of a terminal: its end is typed. */
  CompletableFuture<StdinResult> write(ByteBuffer bytes, boolean eof) {
    if (stdin == null || !stdin.isOpen()) {
      return CompletableFuture.completedFuture(new StdinResult(0, false));
    }
    return terminal == null ? stdin.write(bytes, eof) : type(stdin, bytes, eof);
  }

  /** In the middle of a line the first end-of-file only delivers the line. */
  private CompletableFuture<StdinResult> type(LinuxStdin typed, ByteBuffer bytes, boolean eof) {
    int length = bytes.remaining();
    boolean lineStart = length == 0 ? atLineStart : bytes.get(bytes.limit() - 1) == '\n';
    ByteBuffer all = bytes.duplicate();
    if (eof) {
      all = ByteBuffer.allocate(length + 2).put(bytes.duplicate()).put(VEOF);
      if (!lineStart) {
        all.put(VEOF);
      }
      all.flip();
    }
    ByteBuffer content = all.duplicate();
    return typed
        .write(all, false)
        .thenApply(result -> {
          if (result.accepted() > 0) {
            byte last = content.get(content.position() + result.accepted() - 1);
            atLineStart = last == '\n' || last == VEOF;
          }
          return new StdinResult(Math.min(result.accepted(), length), result.open());
        });
  }

  /** Sets the size of the terminal; false when it is closed, or there is none. */
  boolean resize(int columns, int rows) {
    return terminal != null
        && terminal.isOpen()
        && Terminals.resize(terminal.number(), columns, rows) >= 0;
  }

  boolean isTerminal() {
    return terminal != null;
  }
}
