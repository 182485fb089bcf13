// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import java.util.List;

/** The place of every block is known beforehand: the next multiple above all blocks since memory last came back. */
final class BumpExpectation implements Expectation {

    private final int granularity;
    private final int limit;
    private long top;
    private int live;

    BumpExpectation(int granularity, int limit) {
        this.granularity = granularity;
        this.limit = limit;
    }

    private static long roundUp(long value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    int top() {
        return (int) top;
    }

    void setTop(long end) {
        top = Math.min(limit, roundUp(end, granularity));
    }

    void everythingReturned() {
        top = 0;
        live = 0;
    }

    @Override
    public boolean isPossible(int size, int align) {
        return size > 0 && roundUp(top, align) + size <= limit;
    }

    @Override
    public boolean isManaged(int offset, int size) {
        return offset + size <= limit;
    }

    @Override
    public boolean isPlace(int offset, int size) {
        return offset >= top && offset % granularity == 0;
    }

    @Override
    public void served(int offset, int size) {
        live++;
        setTop((long) offset + size);
    }

    @Override
    public void returned(int offset, int size) {
        live--;
        if (live == 0) {
            top = 0;
        }
    }

    @Override
    public int available() {
        return (int) (limit - top);
    }

    @Override
    public List<Layout> whole() {
        return List.of(Layout.ofSize(limit));
    }
}
