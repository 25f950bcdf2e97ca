"""What an archive or a data editor asks for beside the pages: the replication form, a description for machines, PDFs."""
