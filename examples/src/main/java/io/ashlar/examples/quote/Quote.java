// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.quote;

import io.ashlar.message.Ascii;
import io.ashlar.message.Length;
import io.ashlar.message.Message;
import io.ashlar.message.Unsigned;

/** What somebody would buy something for, and sell it for. {@code QuoteMessage} is made of it when this module is compiled. */
@Message
interface Quote {

    /** How many prices there are on each side. */
    int DEPTH = 3;

    /** Which of two is newer. */
    long sequence();

    Quote sequence(long value);

    @Ascii(12)
    String symbol();

    Quote symbol(CharSequence value);

    Venue venue();

    Quote venue(Venue value);

    /** How many orders are behind it. */
    @Unsigned(16)
    int orders();

    Quote orders(int value);

    /** The best price of a buyer is at index 0. */
    @Length(DEPTH)
    double bid(int index);

    Quote bid(int index, double value);

    @Length(DEPTH)
    double ask(int index);

    Quote ask(int index, double value);

    default double spread() {
        return ask(0) - bid(0);
    }

    /** Where it comes from. */
    enum Venue {
        LONDON,
        PARIS,
        FRANKFURT
    }
}
