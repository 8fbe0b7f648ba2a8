/** A node that hosts replicas of key-value groups and hands shards over while it serves. */
@NullMarked
package io.ostraka.shardkv;

import org.jspecify.annotations.NullMarked;
