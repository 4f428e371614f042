"""Jobs in the background: the process that does them, and the page on which whoever asked sees how far theirs is."""
