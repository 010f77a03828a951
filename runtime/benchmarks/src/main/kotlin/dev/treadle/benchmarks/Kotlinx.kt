/** The same work on kotlinx.coroutines, on the one thread of `runBlocking`. */
@file:JvmName("Kotlinx")

package dev.treadle.benchmarks

import java.util.function.LongSupplier
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.yield

fun switches(tasks: Int, each: Int): Long = runBlocking {
  var done = 0L
  coroutineScope {
    repeat(tasks) {
      launch {
        repeat(each) {
          yield()
          done++
        }
      }
    }
  }
  done
}

fun spawns(tasks: Int): Long = runBlocking {
  var sum = 0L
  repeat(tasks) {
    launch { sum++ }.join()
  }
  sum
}

fun queue(capacity: Int, items: Int): Long = runBlocking {
  val queue = Channel<Int>(capacity)
  launch {
    repeat(items) { queue.send(it and 63) }
    queue.close()
  }
  var sum = 0L
  for (item in queue) sum += item
  sum
}

fun pingPong(rounds: Int): Long = runBlocking {
  val pings = Channel<Int>(1)
  val pongs = Channel<Int>(1)
  launch {
    for (ping in pings) pongs.send(ping)
  }
  var sum = 0L
  repeat(rounds) {
    pings.send(it and 63)
    sum += pongs.receive()
  }
  pings.close()
  sum
}

fun races(count: Int): Long = runBlocking {
  var sum = 0L
  repeat(count) { i ->
    sum += coroutineScope {
      val first = async {
        yield()
        i and 63
      }
      val second = async {
        delay(86_400_000)
        -1
      }
      val winner = select {
        first.onAwait { it }
        second.onAwait { it }
      }
      coroutineContext.cancelChildren()
      winner
    }
  }
  sum
}

fun lock(tasks: Int, each: Int): Long = runBlocking {
  val lock = Mutex()
  var done = 0L
  coroutineScope {
    repeat(tasks) {
      launch {
        repeat(each) {
          lock.lock()
          yield()
          done++
          lock.unlock()
        }
      }
    }
  }
  done
}

fun semaphore(permits: Int, tasks: Int, each: Int): Long = runBlocking {
  val semaphore = Semaphore(permits)
  var done = 0L
  coroutineScope {
    repeat(tasks) {
      launch {
        repeat(each) {
          semaphore.acquire()
          yield()
          done++
          semaphore.release()
        }
      }
    }
  }
  done
}

fun elements(count: Int): Long {
  val elements = sequence { repeat(count) { yield(it and 63) } }
  var sum = 0L
  for (element in elements) sum += element
  return sum
}

/** One object, so that a coroutine captures one reference: its state is not what is measured. */
private class Crowd(val millis: Long) {
  var asleep = 0
  var woken = 0
}

fun sleepers(tasks: Int, millis: Long, heap: LongSupplier): Sleepers = runBlocking {
  val crowd = Crowd(millis)
  var bytes = 0L
  coroutineScope {
    repeat(tasks) {
      launch {
        crowd.asleep++
        delay(crowd.millis)
        crowd.woken++
      }
    }
    yield()
    bytes = heap.asLong
    check(crowd.asleep == tasks && crowd.woken == 0)
  }
  Sleepers(bytes, crowd.woken)
}

fun cancels(tasks: Int): Long = runBlocking {
  var cleanedUp = 0L
  val crowd = launch {
    repeat(tasks) {
      launch {
        try {
          delay(3_600_000)
        } finally {
          cleanedUp++
        }
      }
    }
  }
  yield()
  yield()
  crowd.cancelAndJoin()
  cleanedUp
}
