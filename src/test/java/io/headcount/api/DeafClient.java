package io.headcount.api;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client that asks for a stream and says nothing more: it reads and acknowledges nothing, unless
 * told to, and answers no ping. It has next to no room for what it does not read.
 */
public final class DeafClient implements AutoCloseable {
  private static final int LITTLE = 4096;
  private static final int CLOSE = 8;

  private final Socket socket = new Socket();

  private DeafClient(int port, String request) throws IOException {
    socket.setReceiveBufferSize(LITTLE); // counts only before it connects
    socket.setSoTimeout(30_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /** Asks for an answer and reads none of it. */
  public static DeafClient get(int port, String path) throws IOException {
    return new DeafClient(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  /** Attaches, and reads none of what comes. */
  public static DeafClient attach(int port, String path) throws IOException {
    return new DeafClient(
        port,
        String.join(
            "\r\n",
            "GET " + path + " HTTP/1.1",
            "Host: localhost",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: headcount.v1",
            "",
            ""));
  }

  /** Says that it has all output before an offset, though it took nothing. */
  public void acknowledge(long offset) throws IOException {
    order("{\"type\":\"ack\",\"offset\":" + offset + "}");
  }

  void order(String json) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.US_ASCII);
    byte[] frame = new byte[text.length + 6]; // the key of the mask is zero
    frame[0] = (byte) 0x81;
    frame[1] = (byte) (0x80 | text.length);
    System.arraycopy(text, 0, frame, 6, text.length);
    socket.getOutputStream().write(frame);
  }

  /** Reads on, to the frame that closes the WebSocket, and returns its code. */
  int closeCode() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    for (int line = 0;
        line < 2;
        line = in.readByte() == '\r' && in.readByte() == '\n' ? line + 1 : 0) {}
    while (true) {
      int kind = in.readUnsignedByte() & 0xF;
      int length = in.readUnsignedByte();
      long size =
          switch (length) {
            case 126 -> in.readUnsignedShort();
            case 127 -> in.readLong();
            default -> length;
          };
      if (kind == CLOSE) {
        return in.readUnsignedShort();
      }
      in.skipNBytes(size);
    }
  }

  /** Reads on, and returns whether the connection was ended by the service. */
  boolean isCutOff() throws IOException {
    try {
      socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
      return true;
    } catch (java.net.SocketException e) {
      return true; // reset
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
