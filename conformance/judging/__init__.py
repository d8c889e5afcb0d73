"""What checks share: how they read answers, which inputs they try, and how they judge what comes back. No check is here."""
