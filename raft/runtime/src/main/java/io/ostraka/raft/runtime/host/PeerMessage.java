package io.ostraka.raft.runtime.host;

/** What travels on the stream between two nodes. */
public sealed interface PeerMessage permits Envelope, NodeHeartbeat, NodeHeartbeatAck {}
