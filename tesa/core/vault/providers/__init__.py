"""The key providers: a file of this machine, HashiCorp Vault's transit engine, AWS KMS. One contract, one test suite."""
