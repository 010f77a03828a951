package dev.treadle;

import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

class RemoveDoneCallbackTest {
  @Ports("test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback")
  @Test
  void shouldNotCallBackWhenTakenOut() {
    VirtualLoop.run(
        () -> {
          List<String> events = new ArrayList<>();
          Deferred<String> deferred = new Deferred<>();
          Disposable first = deferred.onDone(done -> events.add("first"));
          deferred.onDone(done -> events.add("second"));
          first.dispose();
          assertThat(first.isDisposed()).isTrue();
          deferred.complete("value");
          yieldNow();
          assertThat(events).containsExactly("second");
          first.dispose();
        });
  }
}
