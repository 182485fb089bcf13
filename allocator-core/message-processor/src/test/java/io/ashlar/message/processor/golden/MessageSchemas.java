// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor.golden;

import io.ashlar.memory.MemorySource;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.Schema;

/** What only this package sees: a class is as visible as its interface. */
public final class MessageSchemas {

    /** That of {@link Options}. */
    public static final Schema OPTIONS = OptionsMessage.SCHEMA;

    private MessageSchemas() {}

    /** Uses what {@link Options} inherits and implements. */
    public static String describeOptions() {
        try (ObjectPool<OptionsMessage> pool = OptionsMessage.pool()
                        .source(MemorySource.heap())
                        .limit(1 << 20)
                        .build();
                OptionsMessage message = pool.acquire()) {
            message.sequence(7);
            return message.shortText() + (message.isFirst() ? ", the first" : ", not the first");
        }
    }
}
