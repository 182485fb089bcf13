// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/** A view without a state of its own: what its holder does wrong reaches the pool. */
record RawView(Run<RawView> run, int index) {

    void free(int requested) {
        run.free(this, index, requested);
    }

    SlabRun<RawView> slab() {
        return (SlabRun<RawView>) run;
    }

    void put(byte value) {
        run.memory().put(run.blockOffset(index), value);
    }

    byte get() {
        return run.memory().get(run.blockOffset(index));
    }
}
