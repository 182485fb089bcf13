// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static io.ashlar.message.TestObjectPools.ofCapacity;
import static io.ashlar.message.TestObjectPools.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.pool.QuietPools;
import io.ashlar.pool.Run;
import io.ashlar.pool.ViewFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An object whose memory a buffer has borrowed. */
@ExtendWith(QuietPools.class)
class ObjectPoolLendingTest {

    private static final LongField VALUE = Everything.LITTLE.longField("int64");

    /** A borrower as the buffers of a network framework are. */
    private record Borrower(Run<Borrower> block, int index) {

        void free() {
            block.free(this, index, 0);
        }
    }

    @Test
    void aLentObjectIsReleasedWithItsBorrower() {
        ViewFactory<Borrower> factory = Borrower::new;
        ObjectPool<Everything> pool = ofCapacity(1);
        Everything object = pool.acquire();
        VALUE.set(object, 0x0102030405060708L);
        Borrower borrower = object.lend(factory);
        Run<Borrower> block = borrower.block();
        assertEquals(Everything.LITTLE.bytes(), block.blockSize(0));
        assertEquals(8, block.memory().get(block.blockOffset(0) + 8));
        assertTrue(block.tryResize(0, 8, Everything.LITTLE.bytes()));
        assertFalse(block.tryResize(0, 8, Everything.LITTLE.bytes() + 1));
        assertTrue(object.isAlive());
        assertEquals(0x0102030405060708L, VALUE.get(object));
        refused("is lent to a buffer", object::release);
        refused("is lent already", () -> object.lend(factory));
        assertNull(pool.tryAcquire());
        borrower.free();
        assertFalse(object.isAlive());
        refused("after its release", () -> object.lend(factory));
        refused("released twice", object::release);
        Everything again = pool.acquire();
        assertSame(object, again);
        assertSame(borrower, again.lend(factory));
        borrower.free();
        pool.acquire().release();
        Everything other = pool.acquire();
        ViewFactory<Borrower> another = (run, index) -> new Borrower(run, index);
        Borrower fresh = other.lend(another);
        assertNotSame(borrower, fresh);
        fresh.free();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    @Test
    void ofALendAndAReleaseAtOnceOneFails() throws Exception {
        ViewFactory<Borrower> factory = Borrower::new;
        ObjectPool<Everything> pool = ofCapacity(1);
        int rounds = 100_000;
        AtomicReference<Everything> shown = new AtomicReference<>();
        AtomicInteger lent = new AtomicInteger(-1);
        Thread lender = new Thread(() -> {
            for (int round = 0; round < rounds; round++) {
                Everything object = shown.getAndSet(null);
                while (object == null) {
                    Thread.onSpinWait();
                    object = shown.getAndSet(null);
                }
                Everything mine = object;
                lent.set(oneIfDone(() -> mine.lend(factory).free()));
            }
        });
        lender.setDaemon(true);
        lender.start();
        for (int round = 0; round < rounds; round++) {
            Everything object = pool.acquire();
            shown.set(object);
            while (shown.get() != null) {
                Thread.onSpinWait();
            }
            int done = oneIfDone(object::release);
            while (lent.get() < 0) {
                Thread.onSpinWait();
            }
            assertEquals(1, done + lent.getAndSet(-1));
        }
        lender.join();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    private static int oneIfDone(Runnable action) {
        try {
            action.run();
            return 1;
        } catch (IllegalStateException second) {
            return 0;
        }
    }

    @Test
    void aBorrowerThatIsWrongLosesNothing() {
        ObjectPool<Everything> pool = ofCapacity(1);
        Everything object = pool.acquire();
        assertThrows(NullPointerException.class, () -> object.lend(null));
        ViewFactory<Borrower> none = (run, index) -> null;
        assertThrows(NullPointerException.class, () -> object.lend(none));
        ViewFactory<Borrower> broken = (run, index) -> {
            throw new UnsupportedOperationException("broken");
        };
        assertThrows(UnsupportedOperationException.class, () -> object.lend(broken));
        Borrower borrower = object.lend(Borrower::new);
        borrower.free();
        refused("given back twice", borrower::free);
        Everything again = pool.acquire();
        refused("given back twice", borrower::free);
        assertNull(pool.tryAcquire());
        again.release();
        pool.close();
    }
}
