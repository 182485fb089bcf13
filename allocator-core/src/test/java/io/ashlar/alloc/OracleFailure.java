// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import java.io.Serial;

/** What the oracle has found to be wrong. */
final class OracleFailure extends AssertionError {

    @Serial
    private static final long serialVersionUID = 1L;

    enum Finding {
        OUT_OF_BOUNDS,
        MISALIGNED,
        UNMANAGED,
        OVERLAP,
        CONTENT_CHANGED,
        /** EXHAUSTED, or a refusal to grow, although there was memory. */
        REFUSED,
        /** A block although there was no memory for it. */
        IMPOSSIBLE,
        OUTSTANDING_WRONG,
        AVAILABLE_WRONG,
        /** Another figure: the largest free block, the size of a block, whether there is a block. */
        FIGURE_WRONG,
        /** A release that must be refused was accepted. */
        MISUSE_ACCEPTED,
        /** A block that is outstanding cannot be released. */
        RELEASE_REFUSED,
        /** Everything was released, and yet not all memory can be had again in its largest blocks. */
        NOT_WHOLE
    }

    private final Finding finding;

    OracleFailure(Finding finding, String message) {
        super(finding + ": " + message);
        this.finding = finding;
    }

    Finding finding() {
        return finding;
    }
}
