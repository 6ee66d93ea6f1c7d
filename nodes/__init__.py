"""One file per agent: what it reads, what it writes, one short async function."""
