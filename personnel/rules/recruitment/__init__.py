"""Rules of recruitment: what a campaign must be, who is eligible, how a ranking is reckoned, who may be hired."""
