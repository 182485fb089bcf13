// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor.golden;

import io.ashlar.message.Ascii;
import io.ashlar.message.Length;
import io.ashlar.message.Message;

/** Names that lie in each other's way. */
public class Outer {
    public static class Middle {
        /** Its class is not public, because this one is not. */
        @Message
        protected interface Inner {
            int CONSTANT = 1;

            /** As the class that the generated one needs. */
            enum Schema {
                A
            }

            /** Another of them. */
            class LongField {}

            Schema bestBid();

            Inner bestBid(Schema value);

            long best_bid();

            long BEST_BID();

            int SCHEMA();

            int value();

            int index();

            @Length(2)
            int target(int index);

            @Ascii(4)
            String slot();

            @Deprecated
            long old();

            int pool(int of);

            @Length(2)
            void pool(int index, int value);

            int $1x();
        }
    }
}
