"""Training models for the product from scratch. Development code: the product does not import it.

``train_embedded.py`` makes the static ``embedded`` encoder. The other modules make a contextual
encoder, reranker and reader: ``python -m index.training pack|pretrain|finetune|export``; see
README.md. Modules that run where the training runs (all but ``packing``, ``sources``) import each
other relatively and neither ``corpus`` nor ``index``, so that the folder works alone.
"""
