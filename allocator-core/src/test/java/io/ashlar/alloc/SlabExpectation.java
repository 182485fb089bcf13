// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import java.util.Collections;
import java.util.List;

/** Any free block serves whatever is not larger than it. */
final class SlabExpectation implements Expectation {

    private final int blockSize;
    private final int numBlocks;
    private final int blockAlign;
    private int free;

    SlabExpectation(int blockSize, int numBlocks) {
        this.blockSize = blockSize;
        this.numBlocks = numBlocks;
        this.free = numBlocks;
        int align = 1;
        while (blockSize % (align * 2L) == 0) {
            align *= 2;
        }
        this.blockAlign = align;
    }

    @Override
    public boolean isPossible(int size, int align) {
        return size <= blockSize && align <= blockAlign && free > 0;
    }

    @Override
    public boolean isManaged(int offset, int size) {
        return offset + size <= blockSize * numBlocks;
    }

    @Override
    public boolean isPlace(int offset, int size) {
        return offset % blockSize == 0;
    }

    @Override
    public void served(int offset, int size) {
        free--;
    }

    @Override
    public void returned(int offset, int size) {
        free++;
    }

    @Override
    public int available() {
        return free * blockSize;
    }

    @Override
    public List<Layout> whole() {
        return Collections.nCopies(numBlocks, new Layout(blockSize, blockAlign));
    }
}
