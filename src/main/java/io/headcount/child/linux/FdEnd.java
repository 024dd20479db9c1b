package io.headcount.child.linux;

import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.libc.Epoll;

/** One direction of a descriptor that an event loop watches. Owner thread only. */
interface FdEnd {
  int number();

  boolean isOpen();

  /** Begins to watch; errors and hang-ups are heard with any interest. */
  void watch(int interest, EventLoop.Handler handler);

  /** Changes what is waited for. */
  void want(int interest);

  /** Closes this direction; again changes nothing. */
  void close();

  /** The only direction of a pipe. */
  record Pipe(EventLoop loop, Fd fd) implements FdEnd {
    @Override
    public int number() {
      return fd.number();
    }

    @Override
    public boolean isOpen() {
      return fd.isOpen();
    }

    @Override
    public void watch(int interest, EventLoop.Handler handler) {
      loop.register(fd, interest, handler);
    }

    @Override
    public void want(int interest) {
      loop.modify(fd, interest);
    }

    @Override
    public void close() {
      loop.close(fd);
    }
  }

  /**
   * The master of a terminal: one descriptor, read and written. Closing the end that reads closes
   * it, which hangs the terminal up; closing the end that writes only ends the writing.
   */
  final class Master {
    private final EventLoop loop;
    private final Fd fd;
    private final End reader = new End();
    private final End writer = new End();

    Master(EventLoop loop, Fd fd) {
      this.loop = loop;
      this.fd = fd;
      loop.register(fd, 0, this::ready);
    }

    FdEnd reader() {
      return reader;
    }

    FdEnd writer() {
      return writer;
    }

    private void ready(int events) {
      if ((events & ~Epoll.OUT) != 0) {
        reader.handler.ready(events);
      }
      if ((events & Epoll.OUT) != 0 && writer.isOpen()) {
        writer.handler.ready(Epoll.OUT);
      }
    }

    private final class End implements FdEnd {
      private EventLoop.Handler handler = _ -> {};
      private int interest;
      private boolean open = true;

      @Override
      public int number() {
        return fd.number();
      }

      @Override
      public boolean isOpen() {
        return open;
      }

      @Override
      public void watch(int wanted, EventLoop.Handler heard) {
        handler = heard;
        want(wanted);
      }

      @Override
      public void want(int wanted) {
        if (open && interest != wanted) {
          interest = wanted;
          loop.modify(fd, reader.interest | writer.interest);
        }
      }

      @Override
      public void close() {
        want(0);
        open = false;
        if (!reader.open) {
          loop.close(fd);
        }
      }
    }
  }
}
