// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What pools log while this is open, instead of the console. */
final class PoolLog extends Handler implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(MemoryPool.class.getName());

    // Synchronization: a StringBuffer; any thread may log.
    private final StringBuffer text = new StringBuffer();

    PoolLog() {
        LOG.addHandler(this);
        LOG.setUseParentHandlers(false);
    }

    String text() {
        return text.toString();
    }

    @Override
    public void publish(LogRecord record) {
        text.append(record.getLevel())
                .append(' ')
                .append(record.getMessage())
                .append(' ')
                .append(record.getThrown())
                .append('\n');
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOG.removeHandler(this);
        LOG.setUseParentHandlers(true);
    }
}
