// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/**
 * Flyweights in a {@link GenericObjectPool} that does as little as it can: the last one returned is the next, nobody waits, and there is
 * neither JMX nor statistics nor eviction nor a test of what is borrowed.
 */
final class CommonsPool2Messages extends Flyweights<Flyweight> {

    private static final int ENOUGH = 1024;

    private final GenericObjectPool<Flyweight> pool = new GenericObjectPool<>(new Factory(), config());

    private static GenericObjectPoolConfig<Flyweight> config() {
        GenericObjectPoolConfig<Flyweight> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(ENOUGH);
        config.setMaxIdle(ENOUGH);
        config.setBlockWhenExhausted(false);
        config.setLifo(true);
        config.setJmxEnabled(false);
        config.setCollectDetailedStatistics(false);
        return config;
    }

    @Override
    public Flyweight acquire() throws Exception {
        return pool.borrowObject();
    }

    @Override
    public void release(Flyweight message) {
        pool.returnObject(message);
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class Factory extends BasePooledObjectFactory<Flyweight> {

        @Override
        public Flyweight create() {
            return new Flyweight();
        }

        @Override
        public PooledObject<Flyweight> wrap(Flyweight message) {
            return new DefaultPooledObject<>(message);
        }
    }
}
