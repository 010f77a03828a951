package dev.treadle;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What meets the end of a loop. */
@Timeout(60)
class LoopEndTest {
  private final List<String> events = new CopyOnWriteArrayList<>();

  @Test
  void shouldCancelWhatIsSubmittedWhenABorrowedLoopIsEnding() {
    List<String> failures = new CopyOnWriteArrayList<>();
    Loop.builder()
        .onFailure((source, failure) -> failures.add(source + ": " + failure))
        .run(
            () -> {
              Loop loop = Loop.current();
              loop.close();
              shield(
                  () -> {
                    Task<Integer> late = onThread(() -> loop.submit(() -> 1));
                    Virtually.turns(3);
                    events.add("late: cancelled=" + late.isCancelled());
                  });
            });
    assertThat(events).containsExactly("late: cancelled=true");
    assertThat(failures).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldCloseOpenChannelsQuietly(Transport transport) {
    assumeThat(transport.isAvailable()).as("this machine has it").isTrue();
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler = collecting(logged);
    Logger netty = Logger.getLogger("io.netty");
    netty.addHandler(handler);
    try (Loop loop = Loop.builder().transport(transport).start()) {
      Treadle.await(
          loop.submit(
              "opens",
              () -> {
                Link server = Link.listen(new Ends("accepted"));
                Link client = Link.connect(server.address(), new Ends("client"));
                Link accepted = server.accepted.take();
                client.send(1);
                accepted.received.take();
                // What Netty does for its users is still done.
                client.channel.closeFuture().addListener(closed -> events.add("client closed"));
              }));
    } finally {
      netty.removeHandler(handler);
    }
    assertThat(logged).isEmpty();
    assertThat(events)
        .containsExactlyInAnyOrder(
            "client inactive",
            "client unregistered",
            "client closed",
            "accepted inactive",
            "accepted unregistered");
  }

  private static Handler collecting(List<String> logged) {
    return new Handler() {
      @Override
      public void publish(LogRecord entry) {
        logged.add(entry.getLevel() + " " + entry.getMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private final class Ends extends ChannelInboundHandlerAdapter {
    private final String name;

    Ends(String name) {
      this.name = name;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      events.add(name + " inactive");
      context.fireChannelInactive();
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext context) {
      events.add(name + " unregistered");
      context.fireChannelUnregistered();
    }
  }
}
