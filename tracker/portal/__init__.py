"""The portal: tickets as of one commit become a static site, through a thin MkDocs plugin."""
