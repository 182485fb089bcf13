// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Keeps pools from warning that they were closed with blocks out, where tests do that on purpose. */
public final class QuietPools implements BeforeAllCallback, AfterAllCallback {

    private static final Logger POOL_LOG = Logger.getLogger(MemoryPool.class.getName());

    @Override
    public void beforeAll(ExtensionContext context) {
        POOL_LOG.setLevel(Level.SEVERE);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        POOL_LOG.setLevel(null);
    }
}
