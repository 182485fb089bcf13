// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor.golden;

import io.ashlar.message.Ascii;
import io.ashlar.message.Message;

@Message
interface Quote {
    long instrument();

    void instrument(long v);

    @Ascii(12)
    String symbol();

    void symbol(CharSequence v);
}
