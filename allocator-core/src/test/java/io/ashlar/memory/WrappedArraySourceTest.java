// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;

/** {@link MemorySource#wrap(ByteBuffer)} of a Java array. */
final class WrappedArraySourceTest extends MemorySourceContract {

    @Override
    MemorySource newSource() {
        return MemorySource.wrap(ByteBuffer.allocate(ROOM));
    }

    @Override
    String kind() {
        return "wrap";
    }

    @Override
    boolean hasAddress() {
        return false;
    }

    @Override
    boolean servesManyAtOnce() {
        return false;
    }
}
